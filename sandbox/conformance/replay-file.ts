import { replayDec21140 } from './dec21140/replay.ts';
import { captureBeside, readCapture, readText } from './read-file.ts';
import { parseRecording } from './recording.ts';
import type { ReplayReport } from './report.ts';
import { replayConfiguration } from './sriov/configuration-replay.ts';
import { replaySriov } from './sriov/replay.ts';
import type { SriovReport } from './sriov/report.ts';

/**
 * A recording of a 21140's driver in a file, and the capture beside it where there is one, against the
 * model. `capture` names another capture.
 * @throws UsageError for a file that is not there, is damaged, or is no recording
 */
export function replayFile(path: string, capture = captureBeside(path)): ReplayReport {
  const records = parseRecording(readText(path));
  return replayDec21140(records, capture === undefined ? undefined : readCapture(capture));
}

/**
 * A recording of the drivers of an 82576's functions in a file against the model.
 * @throws UsageError for a file that is not there, is damaged, or is no recording
 */
export function replaySriovFile(path: string): SriovReport {
  const records = parseRecording(readText(path));
  return replaySriov(records, replayConfiguration(records));
}
