// A network under test: made through the public interface, evaluated by the reference.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "NvInfer.h"
#include "api/build_network.h"
#include "api/convert.h"
#include "api/network/network.h"
#include "api/recording.h"
#include "graph/ops/eval.h"

namespace tenfold::testing {

using nvinfer1::DataType;
using nvinfer1::Dims;
using nvinfer1::ILayer;
using nvinfer1::ITensor;
using nvinfer1::Weights;

inline Dims dims(std::initializer_list<int64_t> values) { return toDims(std::vector<int64_t>(values)); }
inline std::string shapeOf(ITensor* tensor) { return str(tensor->getDimensions()); }

class NetworkTest : public ::testing::Test {
 protected:
  NetworkTest() {
    builder.reset(nvinfer1::createInferBuilder(logger));
    builder->setErrorRecorder(&recorder);
    network.reset(builder->createNetworkV2(0));
  }
  ~NetworkTest() override {
    network.reset();
    builder.reset();
  }

  ITensor& input(const char* name, std::initializer_list<int64_t> shape, DataType type = DataType::kFLOAT) {
    ITensor* t = network->addInput(name, type, dims(shape));
    EXPECT_NE(t, nullptr) << logger.take();
    return *t;
  }
  // Weights that live as long as the test.
  Weights floats(std::vector<float> values) {
    heldFloats.push_back(std::make_unique<std::vector<float>>(std::move(values)));
    return {DataType::kFLOAT, heldFloats.back()->data(), static_cast<int64_t>(heldFloats.back()->size())};
  }
  Weights ints(std::vector<int32_t> values) {
    heldInts.push_back(std::make_unique<std::vector<int32_t>>(std::move(values)));
    return {DataType::kINT32, heldInts.back()->data(), static_cast<int64_t>(heldInts.back()->size())};
  }
  ITensor& constant(std::initializer_list<int64_t> shape, std::vector<float> values) {
    return *network->addConstant(dims(shape), floats(std::move(values)))->getOutput(0);
  }
  ITensor& intConstant(std::initializer_list<int64_t> shape, std::vector<int32_t> values) {
    return *network->addConstant(dims(shape), ints(std::move(values)))->getOutput(0);
  }

  // The outputs that were marked, for these inputs, by the reference evaluation of what would be built.
  std::vector<Tensor> run(const std::vector<Tensor>& inputs) {
    return evalGraph(*completeGraph(dynamic_cast<Network&>(*network)), inputs);
  }
  // Marks the output 0 of a layer, runs, and compares.
  void expect(ILayer* layer, const std::vector<Tensor>& inputs, const std::string& shape,
              const std::vector<double>& values, int32_t output = 0) {
    ASSERT_NE(layer, nullptr) << logger.take();
    network->markOutput(*layer->getOutput(output));
    Tensor result = run(inputs).back();
    EXPECT_EQ(result.shape().str(), shape);
    Dims known = layer->getOutput(output)->getDimensions();
    ASSERT_EQ(known.nbDims, result.rank()) << logger.take();
    for (int i = 0; i < result.rank(); ++i) {
      if (known.d[i] >= 0) {
        EXPECT_EQ(known.d[i], result.shape()[i]);
      }
    }
    ASSERT_EQ(static_cast<size_t>(result.numel()), values.size());
    for (size_t i = 0; i < values.size(); ++i)
      EXPECT_NEAR(result.getDouble(static_cast<int64_t>(i)), values[i], 1e-5 * (1 + std::fabs(values[i])))
          << "element " << i;
    EXPECT_EQ(logger.take(), "");
  }
  static Tensor values(const Shape& shape, const std::vector<float>& v) {
    return Tensor::of<float>(shape, v);
  }
  static Tensor counted(const Shape& shape) {
    Tensor t(tenfold::DataType::kFloat32, shape);
    for (int64_t i = 0; i < t.numel(); ++i) t.setDouble(i, static_cast<double>(i));
    return t;
  }

  RecordingLogger logger;
  RecordingRecorder recorder;
  std::unique_ptr<nvinfer1::IBuilder> builder;
  std::unique_ptr<nvinfer1::INetworkDefinition> network;
  std::vector<std::unique_ptr<std::vector<float>>> heldFloats;
  std::vector<std::unique_ptr<std::vector<int32_t>>> heldInts;
};

}  // namespace tenfold::testing
