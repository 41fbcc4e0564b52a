/** What the tandem needs of simjs, which ships no types and exports by way of a global `window`. */
interface SimJs {
  Sim: new () => { addEntity(entity: unknown): unknown; simulate(end: number): unknown };
  Entity: new (...args: never[]) => SimEntity;
  Facility: new (name: string) => object;
}

interface SimEntity {
  useFacility(facility: object, duration: number): { done(callback: () => void): unknown };
  setTimer(duration: number): { done(callback: () => void): unknown };
}

const scope = globalThis as { window?: { Sim?: SimJs } };
scope.window ??= {};
// @ts-expect-error: the package has no types
await import('simjs');
const simjs = scope.window.Sim as SimJs;
delete scope.window;

/** Frames through three servers in a row, in simjs: the same arrivals and services as the engine's. */
export function simjsTandem(frames: number, interval: number, service: readonly number[]): void {
  const sim = new simjs.Sim();
  const stations = service.map((_, i) => new simjs.Facility(`station ${i}`));
  let served = 0;
  class Source extends simjs.Entity {
    left = frames;

    start(): void {
      this.pass(0);
      if (--this.left > 0) this.setTimer(interval).done(() => this.start());
    }

    pass(station: number): void {
      if (station === stations.length) {
        served++;
        return;
      }
      this.useFacility(stations[station], service[station]).done(() => this.pass(station + 1));
    }
  }
  sim.addEntity(Source);
  sim.simulate(frames * interval * 2);
  if (served !== frames) throw new Error(`simjs served ${served} of ${frames} frames`);
}
