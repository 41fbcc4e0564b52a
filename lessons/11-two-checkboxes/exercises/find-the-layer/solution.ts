import type { Finding, Questions, SwitchAnswer } from 'two-checkboxes';

/** What an adapter says when its host may be at fault. */
const PERHAPS_THE_HOST = ['Unknown', 'MissingAcs', 'NoIoMmuSupport', 'NoOscSupport'];

/**
 * From the top: an adapter whose data path is active needs nothing more. A switch that is supported has
 * an adapter and a host that are; only if it is not need they be asked, the adapter first.
 */
export function diagnose(machine: Questions): Finding[] {
  const adapter = machine.getVMNetworkAdapter();
  if (adapter.vfDataPathActive) return [];
  const vmSwitch = machine.getVMSwitch();
  const findings = vmSwitch.iovSupport ? [] : below(machine);
  if (!vmSwitch.iovEnabled) findings.push({ layer: 'switch', reason: 'SwitchNotIov' });
  else if (vmSwitch.iovSupport) findings.push(...shortage(vmSwitch, adapter.queuePairsRequested));
  if (adapter.iovWeight === 0) findings.push({ layer: 'network adapter', reason: 'NotAsked' });
  return findings;
}

function below(machine: Questions): Finding[] {
  const { sriovSupport, enabled } = machine.getNetAdapterSriov();
  const findings: Finding[] = [];
  if (PERHAPS_THE_HOST.includes(sriovSupport))
    for (const reason of machine.getVMHost().iovSupportReasons)
      findings.push({ layer: 'host', reason });
  if (findings.length === 0 && sriovSupport !== 'Supported')
    findings.push({ layer: 'adapter', reason: sriovSupport });
  if (!enabled) findings.push({ layer: 'adapter', reason: 'AdapterDisabled' });
  return findings;
}

/** The first pool that has too little left. */
function shortage(of: SwitchAnswer, requested: number): Finding[] {
  const layer = 'switch';
  if (of.virtualFunctionsInUse >= of.virtualFunctions)
    return [{ layer, reason: 'NoVirtualFunction' }];
  if (of.virtualPortsInUse >= of.virtualPorts) return [{ layer, reason: 'NoVirtualPort' }];
  const left = of.queuePairs - of.queuePairsInUse;
  return requested > left ? [{ layer, reason: 'NoQueuePairs' }] : [];
}
