#include "api/serialize.h"

#include "api/runtime/engine.h"
#include "api/runtime/host_memory.h"
#include "plan/format/file.h"

namespace tenfold {

nvinfer1::IHostMemory* makeHostMemory(std::vector<uint8_t> bytes) { return new HostMemory(std::move(bytes)); }

nvinfer1::IHostMemory* serializePlan(const Plan& plan) { return makeHostMemory(writePlan(plan)); }

nvinfer1::ICudaEngine* makeEngine(std::unique_ptr<Plan> plan, nvinfer1::ILogger& logger) {
  return new Engine(
      std::make_shared<EngineState>(std::move(plan), std::make_shared<Reporter>(&logger), nullptr));
}

}  // namespace tenfold
