/**
 * What management can look at. A machine fills this in from its parts; nothing here says whether something
 * is supported.
 */

/** Reads of a function's configuration space: 1, 2 or 4 bytes; what is not there reads ones. */
export interface ConfigurationReader {
  read(offset: number, size: number): number;
}

/** The host below the management system. */
export interface PlatformFacts {
  /** Bits 63:32 of the processor's IA32_VMX_PROCBASED_CTLS2. */
  readonly secondaryControls: number;
  readonly hostBridge: ConfigurationReader;
  /** Whether the system was started with its I/O remapping hardware in use. */
  readonly remappingAllowed: boolean;
  /** The ACPI tables that the firmware published, by signature. */
  readonly tables: ReadonlyMap<string, Uint8Array>;
  /** A 32-bit read at a physical address where firmware says a remapping unit is; ones where nothing is. */
  readPhysical(address: number): number;
  /** The firmware's _OSC of the root bridge: the part of `control` that it hands over. */
  evaluateOsc(control: number): number;
  readonly rootPorts: readonly ConfigurationReader[];
}

/** An adapter as the management system finds it. */
export interface AdapterFacts {
  readonly name: string;
  readonly configuration: ConfigurationReader;
  /** Its requester id: bus, device, function. */
  readonly requesterId: number;
  /** The root port that it is below. */
  readonly port: ConfigurationReader;
  /** Whether a driver with the SR-IOV interface runs on its physical function. */
  readonly driverLoaded: boolean;
  /** The adapter's setting *SRIOV. */
  readonly keyword: boolean;
}
