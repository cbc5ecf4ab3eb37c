/**
 * Heddle as a library: the same parts that the command line uses.
 *
 * A scenario goes through `loadScenario` → `resolveScenario` → `runScenario` → `analyzeRun`; graph, machine and costs
 * made by hand through `compile` → `simulate` → `computeMetrics`.
 * @packageDocumentation
 */

// Scenarios
export { loadScenario, type LoadOptions } from "./scenario/load-scenario.ts";
export { defaultScenario, type DefaultScenarioOptions } from "./scenario/default-scenario.ts";
export { resolveScenario, type ResolveOptions, type ResolvedScenario } from "./scenario/resolve-scenario.ts";
export { compileScenario, runScenario, type RunOptions } from "./scenario/run-scenario.ts";
export { compareSchedulers, type CompareOptions } from "./scenario/compare-schedulers.ts";
export { compareOverSeeds, sensitivityShare, type OverSeedsOptions } from "./sweep/compare-over-seeds.ts";
export type { ComparedPair, ComparedScheduler, Comparison, FailedScheduler, Sensitivity, SensitivityEffect } from "./sweep/comparison.ts";
export { comparisonData } from "./sweep/comparison-data.ts";
export { comparisonCsv } from "./sweep/comparison-csv.ts";
export { formatComparisonOverSeeds } from "./sweep/comparison-over-seeds-text.ts";
export { repeatSaved, repeatScenario } from "./scenario/repeat-run.ts";
export { machineVariants } from "./scenario/machine-variants.ts";
export { createPolicy } from "./scenario/create-policy.ts";
export { analyzeRun, boundOf } from "./scenario/analyze-run.ts";
export { scenarioJsonSchema } from "./scenario/json-schema.ts";
export { Scenario } from "./scenario/scenario.ts";
export type { ChosenPolicy, PolicyOrigin } from "./scenario/load-policy.ts";
export type { Override } from "./scenario/overrides.ts";
export type { ReadFile } from "./scenario/read-file.ts";
export type { PolicyUse, ScenarioSpec } from "./scenario/schema.ts";
export type { WorkloadSpec } from "./scenario/workload-schema.ts";

// Graphs
export { OperatorGraph, TensorOrigin, dtypeBytes, type DType, type GraphParts, type Op, type OpClass, type Shape } from "./graph/graph.ts";
export type { Csr } from "./base/csr.ts";
export { GraphBuilder, type OpInit } from "./graph/builder.ts";
export { opKinds, type OpCategory, type OpKind } from "./graph/op-kinds.ts";
export { buildModel, models, modelRegistry, type AnyModel, type ModelDefinition } from "./graph/models/index.ts";
export { importOnnx, type OnnxImport, type OnnxOptions, type UnknownOperator } from "./graph/onnx/import-onnx.ts";
export { importTasks } from "./graph/import/tasks.ts";
export { writeTasks } from "./graph/import/write-tasks.ts";
export { importStg } from "./graph/import/stg.ts";
export { importDot } from "./graph/import/dot.ts";
export { importWfformat } from "./graph/import/wfformat.ts";
export { importEstee, type EsteeOptions } from "./graph/import/estee.ts";
export { fuseGraph, type MergedOp } from "./graph/fuse.ts";
export { summarize, formatSummary, type GraphSummary } from "./graph/summary.ts";
export * as analysis from "./graph/analysis.ts";
export * as generate from "./graph/generate.ts";

// Machines and costs
export type { Device, DeviceKind, Hop, Link, Machine, Memory, Route } from "./machine/machine.ts";
export { buildMachine } from "./machine/build-machine.ts";
export { fitInterference, type FittedStage, type MeasuredStage } from "./calibrate/interference.ts";
export { interferenceScenario, type InterferenceResult, type TableFile } from "./calibrate/interference-scenario.ts";
export { droppedStages, readScheduleLog, type LoggedSchedule } from "./calibrate/schedule-log.ts";
export { pairStages, readStageTable, type StageTable } from "./calibrate/stage-table.ts";
export { buildPipeline, type ByProcessor, type Pipeline, type PipelineWorkload, type Stage, type StageChunk } from "./pipeline/pipeline.ts";
export { processorMachine, type ProcessorOptions } from "./machine/processors.ts";
export { machineSchema, type MachineInput, type MachineSpec } from "./machine/schema.ts";
export { machines } from "./machine/library/machines.ts";
export { devices } from "./machine/library/devices.ts";
export { links } from "./machine/library/links.ts";
export type { LibraryDevice, LibraryLink, LibraryMachine } from "./machine/library/entry.ts";
export type { CostLimit, CostMatrix, CostModel, Costs, Estimate } from "./cost/cost-model.ts";
export type { Workload } from "./graph/workload.ts";
export { buildCostModel, defaultCostModel } from "./cost/build-cost-model.ts";
export { rooflineModel, type RooflineOptions } from "./cost/roofline.ts";
export { pipelineModel } from "./cost/pipeline.ts";
export { tableModel, type TableRow } from "./cost/table.ts";
export { constantModel } from "./cost/constant.ts";
export { chainModels } from "./cost/chain.ts";
export { profileModel, type ProfileOptions } from "./cost/profile/profile-model.ts";
export { readProfile } from "./cost/profile/read-profile.ts";
export type { Profile, ProfileEntry } from "./cost/profile/profile.ts";
export { loadProfile, shippedProfiles } from "./scenario/load-profiles.ts";
export { fitProfile, profileText, type FitOptions } from "./calibrate/fit/fit-profile.ts";
export { samplesFromCsv } from "./calibrate/samples-from-csv.ts";
export { parseSamples, type Kernel, type Sample, type SampleFile } from "./calibrate/sample.ts";

// Predictions
export { predictRun, type Gap, type KindPart, type PredictedRun, type Prediction } from "./predict/predict-run.ts";
export { formatPrediction, type PredictionTitle } from "./predict/prediction-text.ts";
export { settingsFor, settingText, type RuntimeSetting } from "./predict/runtime-setting.ts";
export { optimizeModel, type OptimizeOptions } from "./onnxruntime/optimize-model.ts";

// Engine
export { compile, type CompileSpec } from "./core/compile.ts";
export type { Adjacency, Instance, NameList } from "./core/instance.ts";
export { simulate, type SimulationSpec } from "./core/simulate.ts";
export type { Decisions } from "./core/decision-log.ts";
export { informed, type Information, type InformationMode } from "./core/information.ts";
export type { DispatchCost, HostUse } from "./core/scheduler-host.ts";
export { Simulation } from "./core/simulation.ts";
export { RowKind, SubjectKind, slotStarts, type Trace } from "./core/trace.ts";

// Threads
export { simulateRuntime, type RuntimeRun } from "./scenario/simulate-runtime.ts";
export { simulateThreads, type ThreadPolicyChoice, type ThreadRun, type ThreadRunOptions } from "./scenario/simulate-threads.ts";
export { ProgramBuilder, programText, threadSpec, type Instruction, type ObjectName, type ThreadSpecInput, type ThreadSpecOptions, type Value } from "./programs/index.ts";
export type { ThreadSpec } from "./core/threads/thread-spec.ts";
export type { ThreadSetting } from "./core/threads/thread-setting.ts";
export type { ThreadTrace } from "./core/threads/thread-trace.ts";
export { emptyInstance } from "./core/empty-instance.ts";
export { threadMetrics } from "./trace/threads/thread-metrics.ts";
export type { Durations, FindingMetrics, GroupMetrics, HeapMetrics, ObjectMetrics, ThreadMetrics, Utilization } from "./trace/threads/thread-result.ts";
export type { FindingKind } from "./core/threads/findings.ts";

// The memory system
export { MemorySystem, bestBlock, copyMessage, falseSharing, hitFraction, matmulTraffic, memorySystemOf, shareMessage, sharedStoreNs, threadMemory } from "./memory/system/index.ts";
export type { BlockedMatmul, CacheSpec, CpuSystem, DiskSpec, FalseSharing, HardwareThreads, InterconnectSpec, MemoryAccess, MemoryCoreSpec, MemoryResource, MemorySystemSpec, MessageCost, NumaNodeSpec, PageSpec, Placement as PagePlacement, RegionSpec, TlbLevelSpec, TlbSpec } from "./memory/system/index.ts";
export type { MemoryModel } from "./core/threads/memory-model.ts";

// Runtimes and their settings
export { runtimeList, type ListedRuntime } from "./scenario/runtime-list.ts";
export { tuneObjectives, tuneScenario, type TuneObjective, type TuneOptions, type Tuned, type TunedSetting, type TuneSearch } from "./tune/tune-scenario.ts";
export { formatTuned } from "./tune/tune-text.ts";

// Policies
export { schedulers } from "./schedulers/index.ts";
export { portfolioOf } from "./schedulers/portfolio.ts";
export { syncPolicies } from "./sync/index.ts";
export { allocators } from "./memory/allocators/index.ts";
export { threadPolicies } from "./threads/index.ts";
export { loopPolicies } from "./loops/index.ts";
export * from "./plugin.ts";

// Bounds and results
export { solveExactly, type ExactOptions, type ExactResult, type Omission, type Placement, type TimedPlacement } from "./bounds/exact.ts";
export { lowerBound, type LowerBound, type LowerBoundOptions } from "./bounds/lower-bound.ts";
export { realizedInstance } from "./bounds/realized-costs.ts";
export { jobPeriodNs } from "./trace/job-period.ts";
export { computeMetrics, type Metrics, type MetricsOptions } from "./trace/metrics.ts";
export type { AllocatorMetrics, DeadlineMetrics, DeviceMetrics, EstimateMetrics, EstimateRatio, EventMetrics, JobMetrics, LateItem, LinkMetrics, MemoryMetrics, PathStep, PhaseMetrics, RecoveryMetrics, Tardiness } from "./trace/result.ts";
export type { LoadPhases } from "./trace/load-phases.ts";
export type { TaskList, TaskResult } from "./trace/task-list.ts";
export { criticalPath } from "./trace/critical-path.ts";
export type { PathCause, PathKind, PathSegment } from "./trace/path-segment.ts";
export { explainRun, type RunExplanation } from "./trace/explain/explain-run.ts";
export { explainOp, type OpAlternative, type OpExplanation, type OpInput } from "./trace/explain/explain-op.ts";
export { findOp } from "./trace/explain/find-op.ts";
export { formatRunExplanation } from "./trace/explain/run-text.ts";
export { formatOpExplanation } from "./trace/explain/op-text.ts";
export { explainPath, type PathChapter, type PathPart, type PathPlace, type PathStory } from "./trace/explain/explain-path.ts";
export { idleCauses, type DeviceIdle, type IdleCause, type IdlePart, type IdleReason } from "./trace/explain/idle-causes.ts";
export { whatIf, type Repeats, type Variant, type WhatIf, type WhatIfChange, type WhatIfResult } from "./trace/explain/what-if.ts";
export { instanceVariants, type PathUse } from "./trace/explain/instance-variants.ts";
export { elsewhere, type Elsewhere } from "./trace/explain/elsewhere.ts";
export type { Largest, Total } from "./trace/explain/groups.ts";
export { verifyTrace, type VerifyCode, type VerifyOptions, type VerifyProblem } from "./trace/verify.ts";
export { verifyDigests } from "./trace/verify-digests.ts";
export { saveTrace, loadTrace } from "./trace/saved-trace.ts";
export { tensorBuffers, type SharingRules, type TensorBuffers } from "./trace/tensor-buffers.ts";
export { replayBuffers, type MemoryAllocator, type MemoryReplay, type NoRoom } from "./trace/replay-buffers.ts";
export { externalFragmentation, internalFragmentation, type LiveBuffer, type MemoryProfile, type MemoryRelief } from "./core/memory-profile.ts";
export { traceCsv } from "./trace/csv.ts";
export { diffTraces, type DiffCause, type OpChange, type TraceDiff } from "./trace/diff.ts";
export { formatResult } from "./trace/text.ts";
export { formatComparison, rankRows, type ComparedMetrics, type ComparisonRow } from "./trace/comparison-text.ts";
export { objectives, type Objective } from "./trace/objective.ts";
export { metricsJson } from "./trace/metrics-json.ts";
export { renderTimeline } from "./render/timeline.ts";
export type { TimelineOptions } from "./render/marks.ts";
export { renderComparison } from "./render/comparison-plot.ts";
export type { ComparisonPlotOptions, PlottedComparison, PlottedEstimate, PlottedScheduler } from "./render/comparison-marks.ts";

// Statistics
export { compareSamples, type Estimated, type PairedDifference, type SampleComparison, type SampleStatistics, type Samples } from "./stats/comparison.ts";
export type { Interval } from "./stats/interval.ts";
export { mean, meanInterval, standardDeviation } from "./stats/mean.ts";
export { kendallTau } from "./stats/kendall-tau.ts";
export { quantile, quantileInterval } from "./stats/quantile.ts";
export { holmAdjust, pairedTest } from "./stats/paired-test.ts";
export { winProbability, type WinProbability } from "./stats/win-probability.ts";
export { studentQuantile } from "./stats/student-t.ts";

// Adversaries
export { findAdversary, type AdversaryOptions, type AdversaryResult, type Contender, type Evaluated } from "./adversary/find-adversary.ts";
export { adversaryScenario, type PolicyText } from "./adversary/adversary-scenario.ts";
export { describeAdversary } from "./adversary/describe-adversary.ts";
export { candidateOf } from "./adversary/candidate-of.ts";
export type { Candidate } from "./adversary/candidate.ts";

// Errors and names
export { HeddleError, InputError, SimulationError, formatIssue, type Issue, type Warning } from "./base/errors.ts";
export { Registry, type Named } from "./base/registry.ts";
