import { execFileSync, spawnSync } from 'node:child_process';

/** Installs a package where there are apt-get and root. @returns whether it did */
export function installWithApt(name: string): boolean {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status !== 0)
    return false;
  console.log(`There is no ${name}; installing it with apt-get.`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    execFileSync('apt-get', ['update'], { stdio: 'inherit', env });
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', name], {
      stdio: 'inherit',
      env,
    });
    return true;
  } catch (error) {
    console.error(`apt-get could not install ${name}: ${(error as Error).message}`);
    return false;
  }
}
