// Real models on the GPU beside the CPU, with the same inputs: every .onnx in the folder that
// TENFOLD_GPU_MODELS names, in float32.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "common/session.h"

namespace tenfold {
namespace {

// Of the output's largest magnitude.
constexpr double kTolerance = 5e-3;

std::vector<std::filesystem::path> models() {
  std::vector<std::filesystem::path> found;
  if (const char* folder = std::getenv("TENFOLD_GPU_MODELS"))
    for (const auto& file : std::filesystem::directory_iterator(folder))
      if (file.path().extension() == ".onnx") found.push_back(file.path());
  std::sort(found.begin(), found.end());
  return found;
}

double difference(const Tensor& found, const Tensor& wanted) {
  if (found.shape() != wanted.shape()) return INFINITY;
  double worst = 0, most = 0;
  for (int64_t i = 0; i < wanted.numel(); ++i) {
    double a = found.getDouble(i), b = wanted.getDouble(i);
    if (std::isnan(a) != std::isnan(b)) return INFINITY;
    if (std::isnan(b) || a == b) continue;
    worst = std::max(worst, std::abs(a - b));
    most = std::max(most, std::abs(b));
  }
  return worst / (most + 1e-9);
}

class GpuModels : public testing::TestWithParam<std::filesystem::path> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GpuModels);

TEST_P(GpuModels, AgreesWithTheCpu) {
  Target &gpu = target("cuda"), &cpu = target("cpu");
  auto onCpu = buildModel(GetParam().string(), cpu, {}, {});
  std::vector<Tensor> inputs = completeInputs(*onCpu, {});
  BuildOptions options;
  options.allowTf32 = false;
  auto onGpu = buildModel(GetParam().string(), gpu, {}, {}, options);
  int host = 0;
  for (const Step& step : onGpu->steps) host += step.compiled.tactic == "host-reference";
  std::vector<Tensor> wanted;
  try {
    wanted = Session(std::move(onCpu), cpu).run(inputs);
  } catch (const Error& e) {
    GTEST_SKIP() << "the shapes that were made up do not fit it: " << e.what();
  }
  Session session(std::move(onGpu), gpu);
  for (int run = 0; run < 3; ++run) {  // launched, recorded and replayed
    std::vector<Tensor> found = session.run(inputs);
    ASSERT_EQ(found.size(), wanted.size());
    for (size_t i = 0; i < wanted.size(); ++i)
      EXPECT_LE(difference(found[i], wanted[i]), kTolerance) << "output " << i << ", run " << run;
  }
  if (host) std::printf("%d steps of %zu through the host\n", host, session.plan().steps.size());
}

INSTANTIATE_TEST_SUITE_P(Folder, GpuModels, testing::ValuesIn(models()), [](const auto& info) {
  std::string name = info.param.stem().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
});

}  // namespace
}  // namespace tenfold
