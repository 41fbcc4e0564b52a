import type { Finding, Questions } from 'two-checkboxes';

/**
 * Everything that keeps this machine's adapter from a virtual function, as layer and reason, lowest layer
 * first. Nothing twice, and nothing that only follows from a layer below.
 *
 * Host and adapter name their reasons themselves. For the others the names are: layer 'adapter':
 * AdapterDisabled; layer 'switch': SwitchNotIov, NoVirtualFunction, NoVirtualPort, NoQueuePairs (if
 * several pools are empty, the first of these); layer 'network adapter': NotAsked.
 */
export function diagnose(machine: Questions): Finding[] {
  const findings: Finding[] = [];
  const host = machine.getVMHost();
  for (const reason of host.iovSupportReasons) findings.push({ layer: 'host', reason });
  const { sriovSupport } = machine.getNetAdapterSriov();
  if (sriovSupport !== 'Supported') findings.push({ layer: 'adapter', reason: sriovSupport });
  return findings;
}
