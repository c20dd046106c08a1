#include "api/network_fixture.h"

namespace tenfold::testing {
namespace {

using namespace nvinfer1;
using nvinfer1::DataType;
using nvinfer1::Dims;

class WindowLayers : public NetworkTest {};

TEST_F(WindowLayers, ConvolutionWithWeights) {
  ITensor& x = input("x", {-1, 1, 3, 3});
  IConvolutionLayer* layer =
      network->addConvolutionNd(x, 2, dims({2, 2}), floats({1, 0, 0, 1, 1, 1, 1, 1}), floats({0, 10}));
  ASSERT_NE(layer, nullptr) << logger.take();
  EXPECT_EQ(layer->getNbInputs(), 1);
  EXPECT_EQ(layer->getNbOutputMaps(), 2);
  EXPECT_EQ(layer->getNbGroups(), 1);
  EXPECT_EQ(layer->getKernelWeights().count, 8);
  EXPECT_EQ(layer->getBiasWeights().count, 2);
  EXPECT_EQ(str(layer->getKernelSizeNd()), "[2,2]");
  EXPECT_EQ(str(layer->getStrideNd()), "[1,1]");
  EXPECT_EQ(str(layer->getDilationNd()), "[1,1]");
  EXPECT_EQ(str(layer->getPaddingNd()), "[0,0]");
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[-1,2,2,2]");
  expect(layer, {counted(Shape{1, 1, 3, 3})}, "[1,2,2,2]", {4, 6, 10, 12, 18, 22, 30, 34});
}

TEST_F(WindowLayers, ConvolutionSettersChangeTheShape) {
  ITensor& x = input("x", {1, 4, 9, 9});
  IConvolutionLayer* layer =
      network->addConvolutionNd(x, 4, dims({3, 3}), floats(std::vector<float>(4 * 4 * 9)), Weights{});
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[1,4,7,7]");
  layer->setPaddingNd(dims({1, 1}));
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[1,4,9,9]");
  layer->setPostPadding(dims({0, 3}));
  EXPECT_EQ(str(layer->getPrePadding()), "[1,1]");
  EXPECT_EQ(str(layer->getPostPadding()), "[0,3]");
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[1,4,8,11]");
  layer->setStrideNd(dims({2, 1}));
  layer->setDilationNd(dims({1, 2}));
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[1,4,4,9]");
  layer->setPaddingMode(PaddingMode::kSAME_UPPER);
  EXPECT_EQ(layer->getPaddingMode(), PaddingMode::kSAME_UPPER);
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[1,4,5,9]");
  layer->setPaddingMode(PaddingMode::kEXPLICIT_ROUND_UP);
  EXPECT_EQ(layer->getPaddingMode(), PaddingMode::kEXPLICIT_ROUND_UP);
  layer->setPaddingMode(PaddingMode::kEXPLICIT_ROUND_DOWN);
  EXPECT_EQ(layer->getPaddingMode(), PaddingMode::kEXPLICIT_ROUND_DOWN);
  layer->setKernelWeights(floats(std::vector<float>(4 * 2 * 9)));
  layer->setNbGroups(2);
  EXPECT_EQ(layer->getNbGroups(), 2);
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[1,4,4,9]");
  EXPECT_EQ(logger.take(), "");
  layer->setStrideNd(dims({0, 1}));
  EXPECT_NE(logger.take().find("positive"), std::string::npos);
  layer->setStrideNd(dims({1}));
  EXPECT_NE(logger.take().find("dimensions"), std::string::npos);
  EXPECT_EQ(str(layer->getStrideNd()), "[2,1]");
}

// As programs write it: the kernel first, then what makes it fit.
TEST_F(WindowLayers, GroupsComeAfterTheKernel) {
  ITensor& x = input("x", {1, 2, 1, 2});
  IConvolutionLayer* down = network->addConvolutionNd(x, 2, dims({1, 2}), floats({1, 1, 2, 0}), {});
  ASSERT_NE(down, nullptr) << logger.take();
  down->setNbGroups(2);
  expect(down, {values({1, 2, 1, 2}, {0, 1, 2, 3})}, "[1,2,1,1]", {1, 4});
  IDeconvolutionLayer* up =
      network->addDeconvolutionNd(*down->getOutput(0), 2, dims({1, 2}), floats({1, 2, 3, 4}), {});
  ASSERT_NE(up, nullptr) << logger.take();
  up->setNbGroups(2);
  expect(up, {values({1, 2, 1, 2}, {0, 1, 2, 3})}, "[1,2,1,2]", {1, 2, 12, 16});
  EXPECT_EQ(logger.take(), "");
}

TEST_F(WindowLayers, PaddingComesAfterTheWindow) {
  ITensor& x = input("x", {1, 1, 1, 2});
  IConvolutionLayer* convolution =
      network->addConvolutionNd(x, 1, dims({3, 3}), floats(std::vector<float>(9, 2)), {});
  ASSERT_NE(convolution, nullptr) << logger.take();
  convolution->setPaddingNd(dims({1, 1}));
  expect(convolution, {values({1, 1, 1, 2}, {3, 4})}, "[1,1,1,2]", {14, 14});
  IPoolingLayer* pooling = network->addPoolingNd(x, PoolingType::kMAX, dims({5, 5}));
  ASSERT_NE(pooling, nullptr) << logger.take();
  pooling->setPaddingNd(dims({2, 2}));
  expect(pooling, {values({1, 1, 1, 2}, {3, 4})}, "[1,1,1,2]", {4, 4});
  EXPECT_EQ(logger.take(), "");
}

TEST_F(WindowLayers, ConvolutionWithAKernelTensor) {
  ITensor &x = input("x", {1, 1, 3, 3}), &w = input("w", {1, 1, 2, 2});
  IConvolutionLayer* layer = network->addConvolutionNd(x, 1, dims({2, 2}), Weights{}, Weights{});
  ASSERT_NE(layer, nullptr);
  layer->setInput(1, w);
  EXPECT_EQ(layer->getNbInputs(), 2);
  EXPECT_EQ(layer->getInput(1), &w);
  expect(layer, {counted(Shape{1, 1, 3, 3}), values({1, 1, 2, 2}, {0, 1, 0, 0})}, "[1,1,2,2]", {1, 2, 4, 5});
}

TEST_F(WindowLayers, HalfWeightsServeAFloatInput) {
  static const uint16_t half[] = {0x3c00, 0x4000};  // 1, 2
  IConvolutionLayer* layer = network->addConvolutionNd(input("x", {1, 2, 1, 1}), 1, dims({1, 1}),
                                                       {DataType::kHALF, half, 2}, Weights{});
  expect(layer, {values({1, 2, 1, 1}, {3, 4})}, "[1,1,1,1]", {11});
}

TEST_F(WindowLayers, WrongConvolutionsAreRefused) {
  ITensor& x = input("x", {1, 4, 9, 9});
  EXPECT_EQ(network->addConvolutionNd(x, 4, dims({3, 3}), floats({1, 2, 3}), Weights{}), nullptr);
  EXPECT_NE(logger.take().find("3 kernel weights; 4 output maps with a kernel of size [3,3] need 36"),
            std::string::npos);
  EXPECT_EQ(network->addConvolutionNd(x, 1, dims({1, 1}), floats({1, 2, 3, 4}), floats({1, 2})), nullptr);
  EXPECT_NE(logger.take().find("2 bias weights; 1 output maps need one each"), std::string::npos);
  static const int32_t integers[] = {1, 2, 3, 4};
  EXPECT_EQ(network->addConvolutionNd(x, 1, dims({1, 1}), {DataType::kINT32, integers, 4}, Weights{}),
            nullptr);
  EXPECT_NE(logger.take().find("the weights are i32; floats are expected"), std::string::npos);
  EXPECT_EQ(network->addConvolutionNd(x, 0, dims({3, 3}), floats({1}), Weights{}), nullptr);
  EXPECT_NE(logger.take().find("output maps"), std::string::npos);
  EXPECT_EQ(network->addConvolutionNd(x, 1, dims({3}), floats({1}), Weights{}), nullptr);
  EXPECT_NE(logger.take().find("dimensions"), std::string::npos);
  EXPECT_EQ(network->addConvolutionNd(x, 1, dims({1, 1}), {DataType::kFLOAT, nullptr, 4}, Weights{}),
            nullptr);
  EXPECT_NE(logger.take().find("null"), std::string::npos);
  EXPECT_EQ(network->getNbLayers(), 0);
}

TEST_F(WindowLayers, Deconvolution) {
  ITensor& x = input("x", {1, 1, 2, 2});
  IDeconvolutionLayer* layer =
      network->addDeconvolutionNd(x, 1, dims({2, 2}), floats({1, 2, 3, 4}), floats({0.5f}));
  ASSERT_NE(layer, nullptr) << logger.take();
  layer->setStrideNd(dims({2, 2}));
  EXPECT_EQ(layer->getNbOutputMaps(), 1);
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[1,1,4,4]");
  expect(layer, {values({1, 1, 2, 2}, {1, 0, 0, 2})}, "[1,1,4,4]",
         {1.5, 2.5, .5, .5, 3.5, 4.5, .5, .5, .5, .5, 2.5, 4.5, .5, .5, 6.5, 8.5});
  IDeconvolutionLayer* grouped = network->addDeconvolutionNd(input("g", {1, 4, 2, 2}), 2, dims({1, 1}),
                                                             floats(std::vector<float>(8)), Weights{});
  ASSERT_NE(grouped, nullptr) << logger.take();
  EXPECT_EQ(shapeOf(grouped->getOutput(0)), "[1,2,2,2]");
  grouped->setKernelWeights(floats(std::vector<float>(4)));
  grouped->setNbGroups(2);
  EXPECT_EQ(shapeOf(grouped->getOutput(0)), "[1,2,2,2]");
}

TEST_F(WindowLayers, Pooling) {
  ITensor& x = input("x", {1, 1, 4, 4});
  IPoolingLayer* layer = network->addPoolingNd(x, PoolingType::kMAX, dims({2, 2}));
  layer->setStrideNd(dims({2, 2}));
  EXPECT_EQ(layer->getPoolingType(), PoolingType::kMAX);
  EXPECT_TRUE(layer->getAverageCountExcludesPadding());
  EXPECT_EQ(str(layer->getWindowSizeNd()), "[2,2]");
  const std::vector<Tensor> in{counted(Shape{1, 1, 4, 4})};
  expect(layer, in, "[1,1,2,2]", {5, 7, 13, 15});
  layer->setPoolingType(PoolingType::kAVERAGE);
  expect(layer, in, "[1,1,2,2]", {2.5, 4.5, 10.5, 12.5});
  layer->setPoolingType(PoolingType::kMAX_AVERAGE_BLEND);
  layer->setBlendFactor(0.5f);
  EXPECT_EQ(layer->getBlendFactor(), 0.5f);
  expect(layer, in, "[1,1,2,2]", {3.75, 5.75, 11.75, 13.75});
  IPoolingLayer* padded = network->addPoolingNd(x, PoolingType::kAVERAGE, dims({3, 3}));
  padded->setStrideNd(dims({3, 3}));
  padded->setPaddingNd(dims({1, 1}));
  expect(padded, in, "[1,1,2,2]", {2.5, 4.5, 10.5, 12.5});
}

TEST_F(WindowLayers, PoolingCountsPaddingWhenAsked) {
  IPoolingLayer* layer = network->addPoolingNd(input("x", {1, 1, 2, 2}), PoolingType::kAVERAGE, dims({2, 2}));
  layer->setPrePadding(dims({1, 1}));
  layer->setAverageCountExcludesPadding(false);
  EXPECT_FALSE(layer->getAverageCountExcludesPadding());
  expect(layer, {values({1, 1, 2, 2}, {4, 8, 12, 16})}, "[1,1,2,2]", {1, 3, 4, 10});
}

TEST_F(WindowLayers, PoolingRoundsUp) {
  IPoolingLayer* layer = network->addPoolingNd(input("x", {1, 1, 5, 5}), PoolingType::kMAX, dims({2, 2}));
  layer->setStrideNd(dims({2, 2}));
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[1,1,2,2]");
  layer->setPaddingMode(PaddingMode::kEXPLICIT_ROUND_UP);
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[1,1,3,3]");
}

TEST_F(WindowLayers, Padding) {
  IPaddingLayer* layer = network->addPaddingNd(input("x", {1, 1, 2, 2}), dims({0, 1}), dims({1, -1}));
  ASSERT_NE(layer, nullptr) << logger.take();
  EXPECT_EQ(str(layer->getPrePaddingNd()), "[0,1]");
  EXPECT_EQ(str(layer->getPostPaddingNd()), "[1,-1]");
  EXPECT_EQ(layer->getNbInputs(), 1);
  expect(layer, {values({1, 1, 2, 2}, {1, 2, 3, 4})}, "[1,1,3,2]", {0, 1, 0, 3, 0, 0});
  layer->setPostPaddingNd(dims({0, 0}));
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[1,1,2,3]");
  EXPECT_EQ(network->addPaddingNd(input("y", {4}), dims({0, 1}), dims({1, 1})), nullptr);
  EXPECT_NE(logger.take(), "");
}

}  // namespace
}  // namespace tenfold::testing
