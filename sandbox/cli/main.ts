import { setFlagsFromString } from 'node:v8';
import { UsageError } from '../lab/usage.ts';
import { benchCommand } from './bench.ts';
import { compareCommand } from './compare.ts';
import { layoutsCommand } from './layouts.ts';
import { lspciCommand } from './lspci.ts';
import { repeatCommand, sensitivityCommand } from './metrics.ts';
import { pcapCommand } from './pcap.ts';
import { replayCommand } from './replay.ts';
import { runCommand } from './run.ts';
import { sweepCommand } from './sweep.ts';
import { validateCommand } from './validate.ts';
import { vectorsCommand } from './vectors.ts';

/**
 * V8 stops inlining into a function at 920 bytes of bytecode. A frame passes through some sixty functions
 * of the machine; with more of them inlined, fewer times are boxed on their way from one to the next. And a
 * run is one long loop: V8 compiles it while it runs, and goes on better without the compiler between.
 */
setFlagsFromString('--max-inlined-bytecode-size-cumulative=4000');
setFlagsFromString('--no-maglev-osr');

/** A command: takes the arguments behind its name, returns the process's exit status. */
type Command = (args: string[]) => Promise<number>;

const COMMANDS: Record<string, { run: Command; does: string }> = {
  run: {
    run: runCommand,
    does: 'FILE.ts [--knob name=value] [--profile FILE] [--json]: runs a cell and prints its report',
  },
  compare: { run: compareCommand, does: '[options] [--json]: the paths side by side' },
  sweep: {
    run: sweepCommand,
    does: '--over frame=64,512,1514 [--loss-free] [--workers N] [options of compare] [--json]: a workload at each value of one option',
  },
  repeat: {
    run: repeatCommand,
    does: '[--seeds N] [options of compare] [--json]: every figure with its 95 % interval over seeds',
  },
  sensitivity: {
    run: sensitivityCommand,
    does: '[--figure NAME] [--by N] [options of compare] [--json]: which unpublished cost a figure hangs on',
  },
  replay: {
    run: replayCommand,
    does: 'dec21140 FILE [--pcap FILE] [--json], sriov FILE [--json]: a recording of real drivers against the model',
  },
  vectors: {
    run: vectorsCommand,
    does: 'FILE... [--json]: vectors made by real drivers against the machine',
  },
  layouts: {
    run: layoutsCommand,
    does: "FILE [--json]: the machine's structures against a table of layouts",
  },
  lspci: {
    run: lspciCommand,
    does: '--device 21140|pf|vfN [--vfs N] [--json]: configuration space, for lspci -F to decode',
  },
  validate: {
    run: validateCommand,
    does: '[FILE] [--json]: simulated against published measurements, row by row',
  },
  pcap: {
    run: pcapCommand,
    does: 'OUT --path P [--tap guest|vswitch|wire] [--frames N] [options of compare] [--nanoseconds] [--json]: frames of a run as a capture file',
  },
  bench: {
    run: benchCommand,
    does: '[--keep FILE] [--json]: speed of the engine and of each path, beside earlier runs in FILE',
  },
};

async function main(): Promise<number> {
  const [name = '', ...rest] = process.argv.slice(2);
  const args = joinNegative(rest);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command.run(args);
  const lines = Object.entries(COMMANDS).map(([id, { does }]) => `  ${id} ${does}`);
  if (name === '' || name === 'help' || name === '--help') {
    console.log(['usage: npm run -s lab -- COMMAND', ...lines].join('\n'));
    return name === '' ? 2 : 0;
  }
  throw new UsageError(
    `there is no command '${name}'; there is ${Object.keys(COMMANDS).join(', ')}`,
  );
}

/** Bad usage is one line that says what to write instead; anything else keeps its stack. */
try {
  process.exitCode = await main();
} catch (error) {
  const usage = error instanceof UsageError || isParseError(error);
  console.error(usage ? (error as Error).message.replaceAll('\n', ' ') : error);
  process.exitCode = usage ? 2 : 1;
}

/** `--frame -5` as `--frame=-5`: a negative number is a value, to be refused as one. */
function joinNegative(args: string[]): string[] {
  const joined: string[] = [];
  for (const word of args) {
    const last = joined.at(-1);
    if (/^-[\d.]/.test(word) && last?.startsWith('--') === true && !last.includes('='))
      joined[joined.length - 1] = `${last}=${word}`;
    else joined.push(word);
  }
  return joined;
}

function isParseError(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS');
}
