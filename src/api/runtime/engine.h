// ICudaEngine: the face of an EngineState.
#pragma once

#include "api/runtime/engine_state.h"

namespace tenfold {

namespace nv = nvinfer1;

class Engine final : public nv::ICudaEngine, public nv::apiv::VCudaEngine {
 public:
  explicit Engine(std::shared_ptr<EngineState> state);
  ~Engine() noexcept override = default;

  nv::ICudaEngine* getPImpl() noexcept override { return this; }
  const char* getName() const noexcept override { return state_->plan->name.c_str(); }
  int32_t getNbLayers() const noexcept override { return static_cast<int32_t>(state_->layers.size()); }

  // Inputs and outputs: engine_tensors.cpp.
  int32_t getNbIOTensors() const noexcept override { return static_cast<int32_t>(state_->tensors.size()); }
  const char* getIOTensorName(int32_t index) const noexcept override;
  nv::Dims getTensorShape(const char* name) const noexcept override;
  nv::DataType getTensorDataType(const char* name) const noexcept override;
  nv::TensorLocation getTensorLocation(const char* name) const noexcept override;
  bool isShapeInferenceIO(const char* name) const noexcept override;
  nv::TensorIOMode getTensorIOMode(const char* name) const noexcept override;
  const char* getAliasedInputTensor(const char* name) const noexcept override;
  int32_t getTensorBytesPerComponent(const char* name) const noexcept override;
  int32_t getTensorComponentsPerElement(const char* name) const noexcept override;
  nv::TensorFormat getTensorFormat(const char* name) const noexcept override;
  const char* getTensorFormatDesc(const char* name) const noexcept override;
  int32_t getTensorVectorizedDim(const char* name) const noexcept override;
  int32_t getTensorBytesPerComponentV2(const char* name, int32_t profile) const noexcept override;
  int32_t getTensorComponentsPerElementV2(const char* name, int32_t profile) const noexcept override;
  nv::TensorFormat getTensorFormatV2(const char* name, int32_t profile) const noexcept override;
  const char* getTensorFormatDescV2(const char* name, int32_t profile) const noexcept override;
  int32_t getTensorVectorizedDimV2(const char* name, int32_t profile) const noexcept override;
  bool isDebugTensor(const char* name) const noexcept override;

  // Profiles, memory and facts: engine_profiles.cpp.
  int32_t getNbOptimizationProfiles() const noexcept override;
  nv::Dims getProfileShape(const char* name, int32_t profile,
                           nv::OptProfileSelector select) const noexcept override;
  const int32_t* getProfileTensorValues(const char* name, int32_t profile,
                                        nv::OptProfileSelector select) const noexcept override;
  const int64_t* getProfileTensorValuesV2(const char* name, int32_t profile,
                                          nv::OptProfileSelector select) const noexcept override;
  size_t getDeviceMemorySize() const noexcept override;
  size_t getDeviceMemorySizeForProfile(int32_t profile) const noexcept override;
  int64_t getDeviceMemorySizeV2() const noexcept override;
  int64_t getDeviceMemorySizeForProfileV2(int32_t profile) const noexcept override;
  bool isRefittable() const noexcept override;
  nv::EngineCapability getEngineCapability() const noexcept override;
  nv::TacticSources getTacticSources() const noexcept override;
  nv::ProfilingVerbosity getProfilingVerbosity() const noexcept override;
  nv::HardwareCompatibilityLevel getHardwareCompatibilityLevel() const noexcept override;
  int32_t getNbAuxStreams() const noexcept override;
  bool hasImplicitBatchDimension() const noexcept override { return false; }
  int64_t getEngineStat(nv::EngineStat stat) const noexcept override;
  // Weights are not streamed: the budget is what they take, and cannot change.
  bool setWeightStreamingBudget(int64_t budget) noexcept override;
  int64_t getWeightStreamingBudget() const noexcept override { return 0; }
  int64_t getMinimumWeightStreamingBudget() const noexcept override { return 0; }
  int64_t getStreamableWeightsSize() const noexcept override { return 0; }
  bool setWeightStreamingBudgetV2(int64_t budget) noexcept override;
  int64_t getWeightStreamingBudgetV2() const noexcept override { return 0; }
  int64_t getWeightStreamingAutomaticBudget() const noexcept override { return 0; }
  int64_t getWeightStreamingScratchMemorySize() const noexcept override { return 0; }

  // What an engine makes: engine.cpp.
  nv::IHostMemory* serialize() const noexcept override;
  nv::ISerializationConfig* createSerializationConfig() noexcept override;
  nv::IHostMemory* serializeWithConfig(nv::ISerializationConfig& config) const noexcept override;
  nv::IExecutionContext* createExecutionContext(
      nv::ExecutionContextAllocationStrategy strategy) noexcept override;
  nv::IExecutionContext* createExecutionContextWithoutDeviceMemory() noexcept override;
  nv::IExecutionContext* createExecutionContextWithRuntimeConfig(
      nv::IRuntimeConfig* config) noexcept override;
  nv::IRuntimeConfig* createRuntimeConfig() noexcept override;
  nv::IEngineInspector* createEngineInspector() const noexcept override;
  nv::IRefitter* createRefitter(nv::ILogger& logger) noexcept override;
  void setErrorRecorder(nv::IErrorRecorder* recorder) noexcept override;
  nv::IErrorRecorder* getErrorRecorder() const noexcept override { return reporter().recorder(); }

  const std::shared_ptr<EngineState>& state() const { return state_; }
  // Runs this plan from now on, which has the same inputs, outputs and profiles.
  void refit(std::unique_ptr<Plan> plan);

 private:
  const Reporter& reporter() const { return *state_->reporter; }
  std::shared_ptr<EngineState> state_;
  std::vector<std::string> names_;  // of inputs and outputs; programs hold their addresses
  // By profile, input and selector: the 32-bit form of shape values.
  std::vector<std::vector<int32_t>> shapeValues32_;
};

}  // namespace tenfold
