#include "api/network_fixture.h"

namespace tenfold::testing {
namespace {

using namespace nvinfer1;
using nvinfer1::DataType;
using nvinfer1::Dims;

class ReductionLayers : public NetworkTest {};

TEST_F(ReductionLayers, Reduce) {
  ITensor& x = input("x", {2, 3});
  const std::vector<Tensor> in{values({2, 3}, {1, 2, 3, 4, 5, 6})};
  IReduceLayer* layer = network->addReduce(x, ReduceOperation::kSUM, 1u << 1, false);
  EXPECT_EQ(layer->getReduceAxes(), 2u);
  EXPECT_FALSE(layer->getKeepDimensions());
  EXPECT_EQ(layer->getNbInputs(), 1);
  expect(layer, in, "[2]", {6, 15});
  layer->setKeepDimensions(true);
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[2,1]");
  layer->setReduceAxes(3);
  layer->setOperation(ReduceOperation::kAVG);
  EXPECT_EQ(layer->getOperation(), ReduceOperation::kAVG);
  expect(layer, in, "[1,1]", {3.5});
  const std::pair<ReduceOperation, std::vector<double>> others[] = {{ReduceOperation::kPROD, {4, 10, 18}},
                                                                    {ReduceOperation::kMAX, {4, 5, 6}},
                                                                    {ReduceOperation::kMIN, {1, 2, 3}}};
  for (const auto& [op, expected] : others) expect(network->addReduce(x, op, 1, false), in, "[3]", expected);
  EXPECT_EQ(network->addReduce(x, ReduceOperation::kNONE, 1, false), nullptr);
  EXPECT_EQ(network->addReduce(x, ReduceOperation::kSUM, 0, false), nullptr);
  EXPECT_EQ(network->addReduce(x, ReduceOperation::kSUM, 1u << 5, false), nullptr);
  EXPECT_EQ(logger.errors.size(), 3u);
}

TEST_F(ReductionLayers, TopK) {
  ITensor& x = input("x", {2, 4});
  const std::vector<Tensor> in{values({2, 4}, {1, 4, 2, 3, 8, 5, 7, 6})};
  ITopKLayer* layer = network->addTopK(x, TopKOperation::kMAX, 2, 1u << 1);
  ASSERT_NE(layer, nullptr) << logger.take();
  EXPECT_EQ(layer->getNbOutputs(), 2);
  EXPECT_EQ(layer->getNbInputs(), 1);
  EXPECT_EQ(layer->getK(), 2);
  EXPECT_EQ(layer->getReduceAxes(), 2u);
  EXPECT_EQ(layer->getIndicesType(), DataType::kINT32);
  EXPECT_EQ(layer->getOutput(1)->getType(), DataType::kINT32);
  expect(layer, in, "[2,2]", {4, 3, 8, 7});
  expect(layer, in, "[2,2]", {1, 3, 0, 2}, 1);
  layer->setOperation(TopKOperation::kMIN);
  layer->setK(1);
  layer->setReduceAxes(1);
  EXPECT_TRUE(layer->setIndicesType(DataType::kINT64));
  EXPECT_EQ(layer->getOutput(1)->getType(), DataType::kINT64);
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[1,4]");
  EXPECT_FALSE(layer->setIndicesType(DataType::kFLOAT));
  layer->setReduceAxes(3);
  EXPECT_EQ(logger.errors.size(), 2u);
  logger.take();
  ITensor& k = input("k", {}, DataType::kINT32);
  layer->setInput(1, k);
  EXPECT_EQ(layer->getK(), -1);
  EXPECT_EQ(layer->getNbInputs(), 2);
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[-1,4]");
  EXPECT_TRUE(k.isShapeTensor());
}

TEST_F(ReductionLayers, Cumulative) {
  ITensor& axis = intConstant({}, {1});
  ICumulativeLayer* layer =
      network->addCumulative(input("x", {2, 3}), axis, CumulativeOperation::kSUM, false, false);
  ASSERT_NE(layer, nullptr) << logger.take();
  const std::vector<Tensor> in{values({2, 3}, {1, 2, 3, 4, 5, 6})};
  EXPECT_EQ(layer->getOperation(), CumulativeOperation::kSUM);
  expect(layer, in, "[2,3]", {1, 3, 6, 4, 9, 15});
  layer->setExclusive(true);
  layer->setReverse(true);
  EXPECT_TRUE(layer->getExclusive() && layer->getReverse());
  expect(layer, in, "[2,3]", {5, 3, 0, 11, 6, 0});
  EXPECT_FALSE(layer->setOperation(static_cast<CumulativeOperation>(3)));
}

TEST_F(ReductionLayers, SoftMaxHasOneAxis) {
  ISoftMaxLayer* layer = network->addSoftMax(input("x", {2, 3, 1, 2}));
  EXPECT_EQ(layer->getAxes(), 1u << 1);
  layer->setAxes(1u << 3);
  EXPECT_EQ(layer->getAxes(), 1u << 3);
  std::vector<float> equal(12, 1.0f);
  expect(layer, {values({2, 3, 1, 2}, equal)}, "[2,3,1,2]", std::vector<double>(12, 0.5));
  layer->setAxes(3);
  EXPECT_NE(logger.take().find("exactly one"), std::string::npos);
  EXPECT_EQ(network->addSoftMax(input("y", {2, 3}))->getAxes(), 1u);
}

TEST_F(ReductionLayers, RaggedSoftMax) {
  expect(network->addRaggedSoftMax(input("x", {2, 3}), intConstant({2, 1}, {1, 2})),
         {values({2, 3}, {5, 1, 1, 2, 2, 9})}, "[2,3]", {1, 0, 0, 0.5, 0.5, 0});
}

TEST_F(ReductionLayers, LocalResponseNormalization) {
  ILRNLayer* layer = network->addLRN(input("x", {1, 3, 1, 1}), 3, 3, 1, 1);
  EXPECT_EQ(layer->getWindowSize(), 3);
  EXPECT_EQ(layer->getAlpha(), 3);
  EXPECT_EQ(layer->getBeta(), 1);
  EXPECT_EQ(layer->getK(), 1);
  const std::vector<Tensor> in{values({1, 3, 1, 1}, {1, 2, 3})};
  expect(layer, in, "[1,3,1,1]", {1 / 6.0, 2 / 15.0, 3 / 14.0});
  layer->setK(2);
  layer->setBeta(0.5f);
  expect(layer, in, "[1,3,1,1]", {1 / std::sqrt(7.0), 2 / 4.0, 3 / std::sqrt(15.0)});
  EXPECT_EQ(network->addLRN(*network->getInput(0), 2, 1, 1, 1), nullptr);
}

TEST_F(ReductionLayers, Normalization) {
  ITensor& x = input("x", {1, 2, 2});
  ITensor &scale = constant({1, 2, 1}, {1, 2}), &bias = constant({1, 2, 1}, {0, 1});
  INormalizationLayer* layer = network->addNormalizationV2(x, scale, bias, 1u << 2);
  ASSERT_NE(layer, nullptr) << logger.take();
  EXPECT_TRUE(layer->isV2());
  EXPECT_EQ(layer->getAxes(), 4u);
  EXPECT_EQ(layer->getNbGroups(), 1);
  EXPECT_FLOAT_EQ(layer->getEpsilon(), 1e-5f);
  EXPECT_EQ(layer->getComputePrecision(), DataType::kFLOAT);
  layer->setEpsilon(3);
  expect(layer, {values({1, 2, 2}, {1, 3, 5, 7})}, "[1,2,2]", {-0.5, 0.5, 0, 2});
  EXPECT_FALSE(network->addNormalization(x, scale, bias, 4)->isV2());
  layer->setComputePrecision(DataType::kINT8);
  EXPECT_NE(logger.take(), "");
}

TEST_F(ReductionLayers, MatrixMultiply) {
  ITensor &a = input("a", {2, 3}), &b = input("b", {2, 3});
  const std::vector<Tensor> in{values({2, 3}, {1, 2, 3, 4, 5, 6}), values({2, 3}, {1, 0, 1, 0, 1, 0})};
  IMatrixMultiplyLayer* layer =
      network->addMatrixMultiply(a, MatrixOperation::kNONE, b, MatrixOperation::kTRANSPOSE);
  ASSERT_NE(layer, nullptr) << logger.take();
  EXPECT_EQ(layer->getOperation(1), MatrixOperation::kTRANSPOSE);
  expect(layer, in, "[2,2]", {4, 2, 10, 5});
  layer->setOperation(0, MatrixOperation::kVECTOR);
  layer->setOperation(1, MatrixOperation::kVECTOR);
  EXPECT_EQ(layer->getOperation(0), MatrixOperation::kVECTOR);
  expect(layer, in, "[2]", {4, 5});
  layer->setOperation(2, MatrixOperation::kNONE);
  EXPECT_NE(logger.take().find("out of range"), std::string::npos);
  EXPECT_EQ(network->addMatrixMultiply(a, MatrixOperation::kNONE, b, MatrixOperation::kNONE), nullptr);
  EXPECT_NE(logger.take(), "");
}

TEST_F(ReductionLayers, Einsum) {
  ITensor* inputs[] = {&input("a", {2, 3}), &input("b", {3, 2})};
  const std::vector<Tensor> in{values({2, 3}, {1, 2, 3, 4, 5, 6}), values({3, 2}, {1, 0, 0, 1, 1, 1})};
  IEinsumLayer* layer = network->addEinsum(inputs, 2, "ij,jk->ik");
  ASSERT_NE(layer, nullptr) << logger.take();
  EXPECT_STREQ(layer->getEquation(), "ij,jk->ik");
  expect(layer, in, "[2,2]", {4, 5, 10, 11});
  EXPECT_TRUE(layer->setEquation("ij,jk->ki"));
  expect(layer, in, "[2,2]", {4, 10, 5, 11});
  EXPECT_FALSE(layer->setEquation("ij,ik->k"));
  EXPECT_STREQ(layer->getEquation(), "ij,jk->ki");
  EXPECT_FALSE(layer->setEquation(nullptr));
  EXPECT_EQ(network->addEinsum(nullptr, 2, "ij,jk->ik"), nullptr);
  EXPECT_EQ(network->addEinsum(inputs, 2, nullptr), nullptr);
}

}  // namespace
}  // namespace tenfold::testing
