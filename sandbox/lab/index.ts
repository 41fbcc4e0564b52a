/**
 * What a cell imports as 'two-checkboxes': ready experiments, knobs and reports, and the machine's own
 * classes for those who want to build with them.
 */

export * from '../machine/devices/dec21140/spec.ts';
export { Random } from '../machine/engine/random.ts';
export { TulipDriver } from '../machine/guest/tulip/driver.ts';
export { VfDriver } from '../machine/guest/vf-driver.ts';
export type { CopyPolicy, CopyReason } from '../machine/host/copy-policy.ts';
export { COPY_REASONS, HEADER_COPY, SAFE_COPIES } from '../machine/host/copy-policy.ts';
export type { ArchitectureOptions } from './architecture/architecture.ts';
export { architecture } from './architecture/architecture.ts';
export type { AccessControl, AroundReport, PeerAttempt } from './around-iommu.ts';
export { aroundIommu } from './around-iommu.ts';
export type { BoxesMachine, BoxesOptions } from './boxes.ts';
export { checkboxes, ledgerBesideVmbus, threeFacts, tickBoxes, whatIsInTheWay } from './boxes.ts';
export type { BringUpOptions, BringUpPhase, BringUpReport } from './bring-up.ts';
export {
  bringUpBars,
  bringUpRequests,
  bringUpStates,
  bringUpTable,
  watchBringUp,
} from './bring-up.ts';
export type {
  BrokenHost,
  Finding,
  HostAnswer,
  NetAdapterAnswer,
  NetworkAdapterAnswer,
  QuestionName,
  Questions,
  SwitchAnswer,
} from './broken-host.ts';
export { brokenHost, QUESTIONS } from './broken-host.ts';
export type { BulkOptions } from './bulk/bulk.ts';
export { bulk } from './bulk/bulk.ts';
export type { BulkSendOptions, BulkSendReport } from './bulk/bulk-send.ts';
export { bulkSend, bulkSendTable } from './bulk/bulk-send.ts';
export { bulkTable } from './bulk/bulk-table.ts';
export type { ByHandOptions, HandOperatedGuest } from './by-hand.ts';
export { byHand } from './by-hand.ts';
export type { CaptureOptions } from './capture-run.ts';
export { sendCapture } from './capture-run.ts';
export { compare } from './compare.ts';
export type { AttackKind, AttackOptions, AttackReport } from './copy-attacks.ts';
export { ATTACKS, attack } from './copy-attacks.ts';
export type { CopyCost, CopyCostOptions } from './copy-costs.ts';
export { copyCosts, copyCostTable, policyCost } from './copy-costs.ts';
export type { DmaWalkOptions, Walker } from './dma-walk.ts';
export { dmaWalk, WALKERS } from './dma-walk.ts';
export type {
  BuildTables,
  DomainAttack,
  DomainReport,
  GrantedPage,
  MachinePlan,
  TableMemory,
} from './domain-exercise.ts';
export { checkDomainTables } from './domain-exercise.ts';
export type {
  LeavingOptions,
  LeavingReport,
  LeavingStep,
  TakenStep,
} from './failover.ts';
export { LEAVING_STEPS, leaveVf, leavingTable, STEP_NAMES } from './failover.ts';
export type { BothWays, FailoverTraffic } from './failover-machine.ts';
export type {
  ComingBackReport,
  EjectReport,
  FailoverMoment,
  PathSample,
} from './failover-watch.ts';
export { comeBack, ejectVf, momentTable, pathChart, watchLeaving } from './failover-watch.ts';
export type { FollowOptions } from './follow.ts';
export { followFrame } from './follow.ts';
export type { ForgedMessage, ForgeOptions, ForgeReport } from './forged-interrupts.ts';
export { forgeInterrupts } from './forged-interrupts.ts';
export type { FourReasonsOptions, FourReasonsReport, Reason } from './four-reasons.ts';
export {
  FOUR_REASONS,
  fourReasons,
  fourReasonsBars,
  fourReasonsTable,
} from './four-reasons.ts';
export { HyperVHost } from './host.ts';
export type {
  InsideFrame,
  InsideMachine,
  InsideResult,
  InsideSwitchOptions,
} from './inside-switch.ts';
export { insideSwitch } from './inside-switch.ts';
export type { SpeedAttempt, SpeedSetter } from './link-speed.ts';
export { SPEED_SETTERS, trySetLinkSpeed } from './link-speed.ts';
export type { MachineRun } from './managed/run-machine.ts';
export { runMachine } from './managed/run-machine.ts';
export type {
  AdapterPage,
  HostPage,
  MachineSettings,
  SwitchPage,
  VmPage,
  Workload,
} from './managed/settings.ts';
export type { IovDecision, IovRequest } from './management.ts';
export { decideIov } from './management.ts';
export type {
  NetAdapterReport,
  VMHostReport,
  VMNetworkAdapterReport,
  VMSwitchReport,
} from './management-reports.ts';
export {
  getNetAdapterSriov,
  getVMHost,
  getVMNetworkAdapter,
  getVMSwitch,
} from './management-reports.ts';
export type { FigureKind } from './metrics/figures.ts';
export { FIGURES } from './metrics/figures.ts';
export { latencyChart, latencySteps } from './metrics/latency-chart.ts';
export type { RepeatOptions } from './metrics/repeat.ts';
export { repeat } from './metrics/repeat.ts';
export type { SensitivityOptions } from './metrics/sensitivity.ts';
export { sensitivity } from './metrics/sensitivity.ts';
export type { FilterSite, NicFilters, RegisterWrite } from './nic-filters.ts';
export { filterRegisters } from './nic-filters.ts';
export type { CompareOptions } from './options.ts';
export { PATHS } from './options.ts';
export type { PauseAttackOptions, PauseAttackReport } from './pause-attack.ts';
export { pauseAttack } from './pause-attack.ts';
export { readPcap, writePcap } from './pcap.ts';
export type { HostCapabilities } from './platform/capabilities.ts';
export type { AccessCount, ProbeOptions, ProbePurposes, ProbeReport } from './probe-run.ts';
export { probeTulip } from './probe-run.ts';
export type { ProfileChoice } from './profile/choice.ts';
export { findProfile } from './profile/choice.ts';
export { PCIE_PAYLOAD_GBPS } from './profile/figures.ts';
export { profileKnob } from './profile/knob.ts';
export type { RootCost } from './profile/root-cost.ts';
export { rootCost } from './profile/root-cost.ts';
export type { Primitive, Profile } from './profile/schema.ts';
export { PROFILES } from './profiles.ts';
export type { Fit } from './quiz/fits.ts';
export { about, between, least, most } from './quiz/fits.ts';
export type { Quiz, QuizChoice, QuizFigure } from './quiz/quiz.ts';
export { draw, quiz } from './quiz/quiz.ts';
export { recordedProbe, recording } from './recordings.ts';
export type * from './report.ts';
export type { RequesterIdReport, RequesterIdRule } from './requester-id-check.ts';
export { checkRequesterIds } from './requester-id-check.ts';
export { HandRing, ringByHand } from './ring-by-hand.ts';
export type { RingTrafficOptions, RingTrafficReport } from './ring-traffic.ts';
export { ringTraffic } from './ring-traffic.ts';
export { knob, show, text } from './session.ts';
export type {
  RingState,
  SignalCheckOptions,
  SignalCheckReport,
  SignalRule,
} from './signal-rule.ts';
export { checkSignalRule, VMBUS_RULE } from './signal-rule.ts';
export type { SweepOver } from './sweep/points.ts';
export type { SweepOptions } from './sweep/sweep.ts';
export { highestLossFree, sweep } from './sweep/sweep.ts';
export type { Task, TaskResult } from './sweep/task.ts';
export type { LoadTrials } from './sweep/trials.ts';
export { loadTrials } from './sweep/trials.ts';
export type {
  SwitchTrafficOptions,
  SwitchTrafficReport,
  Traffic,
  TrafficResult,
} from './switch-traffic.ts';
export { switchTraffic } from './switch-traffic.ts';
export type { TulipOptions } from './tulip-run.ts';
export { runTulip } from './tulip-run.ts';
export { UsageError } from './usage.ts';
export type { VfByHandOptions } from './vf-by-hand.ts';
export { HandOperatedNic, vfsByHand } from './vf-by-hand.ts';
export { VirtualMachine } from './virtual-machine.ts';
export { VMSwitch } from './vm-switch.ts';
export type {
  DescriptorKind,
  WildDescriptorOptions,
  WildDescriptorReport,
} from './wild-descriptor.ts';
export { DESCRIPTORS, wildDescriptor } from './wild-descriptor.ts';
export type { CaptureFramesOptions, CaptureTap } from './workload/capture.ts';
export { CAPTURE_TAPS, captureFrames } from './workload/capture.ts';
export { recordingOf } from './workload/recorded.ts';
export { IMIX } from './workload/sizes.ts';
