#include "api/network_fixture.h"

namespace tenfold::testing {
namespace {

using namespace nvinfer1;
using nvinfer1::DataType;
using nvinfer1::Dims;

class ShapeLayers : public NetworkTest {};

TEST_F(ShapeLayers, Shuffle) {
  IShuffleLayer* layer = network->addShuffle(input("x", {-1, 2, 3}));
  ASSERT_NE(layer, nullptr) << logger.take();
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[-1,2,3]");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(layer->getFirstTranspose().order[i], i);
  EXPECT_TRUE(layer->getZeroIsPlaceholder());
  layer->setFirstTranspose(Permutation{{0, 2, 1}});
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[-1,3,2]");
  layer->setReshapeDimensions(dims({0, -1}));
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[-1,6]");
  EXPECT_EQ(str(layer->getReshapeDimensions()), "[0,-1]");
  layer->setSecondTranspose(Permutation{{1, 0}});
  EXPECT_EQ(layer->getSecondTranspose().order[0], 1);
  expect(layer, {counted(Shape{1, 2, 3})}, "[6,1]", {0, 3, 1, 4, 2, 5});
  layer->setSecondTranspose(Permutation{{1, 1}});
  EXPECT_NE(logger.take().find("permutation"), std::string::npos);
  layer->setReshapeDimensions(dims({-1, -1}));
  EXPECT_NE(logger.take().find("more than one"), std::string::npos);
  layer->setZeroIsPlaceholder(false);
  EXPECT_FALSE(layer->getZeroIsPlaceholder());
}

TEST_F(ShapeLayers, ShuffleByATensor) {
  ITensor &x = input("x", {-1, 6}), &y = input("y", {-1, 3, 2});
  IShuffleLayer* layer = network->addShuffle(x);
  ITensor& shape = *network->addShape(y)->getOutput(0);
  layer->setInput(1, shape);
  EXPECT_EQ(layer->getNbInputs(), 2);
  EXPECT_EQ(layer->getReshapeDimensions().nbDims, -1);
  EXPECT_TRUE(shape.isShapeTensor());
  EXPECT_FALSE(x.isShapeTensor());
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[-1,3,2]");
  expect(layer, {counted(Shape{1, 6}), counted(Shape{1, 3, 2})}, "[1,3,2]", {0, 1, 2, 3, 4, 5});
}

TEST_F(ShapeLayers, SqueezeUnsqueezeShape) {
  ITensor& x = input("x", {1, -1, 1, 3});
  EXPECT_EQ(shapeOf(network->addSqueeze(x, intConstant({2}, {0, 2}))->getOutput(0)), "[-1,3]");
  EXPECT_EQ(shapeOf(network->addUnsqueeze(x, intConstant({1}, {1}))->getOutput(0)), "[1,1,-1,1,3]");
  IShapeLayer* shape = network->addShape(x);
  EXPECT_EQ(shape->getOutput(0)->getType(), DataType::kINT64);
  expect(shape, {counted(Shape{1, 5, 1, 3})}, "[4]", {1, 5, 1, 3});
}

TEST_F(ShapeLayers, Concatenation) {
  ITensor* both[] = {&input("a", {2, 1}), &input("b", {2, 2})};
  IConcatenationLayer* layer = network->addConcatenation(both, 2);
  ASSERT_NE(layer, nullptr) << logger.take();
  EXPECT_EQ(layer->getAxis(), 0);
  layer->getOutput(0)->getDimensions();
  EXPECT_NE(logger.take(), "") << "axis 0 does not fit";
  layer->setAxis(1);
  expect(layer, {values({2, 1}, {1, 2}), values({2, 2}, {3, 4, 5, 6})}, "[2,3]", {1, 3, 4, 2, 5, 6});
  layer->setInput(2, *both[0]);
  EXPECT_EQ(layer->getNbInputs(), 3);
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[2,4]");
  EXPECT_EQ(network->addConcatenation(nullptr, 2), nullptr);
  EXPECT_EQ(network->addConcatenation(both, 0), nullptr);
  ITensor* missing[] = {both[0], nullptr};
  EXPECT_EQ(network->addConcatenation(missing, 2), nullptr);
  EXPECT_NE(logger.take().find("inputs[1]"), std::string::npos);
}

TEST_F(ShapeLayers, ReverseSequence) {
  ITensor& lengths = intConstant({2}, {1, 3});
  IReverseSequenceLayer* layer = network->addReverseSequence(input("x", {2, 3}), lengths);
  ASSERT_NE(layer, nullptr) << logger.take();
  EXPECT_EQ(layer->getBatchAxis(), 1);
  EXPECT_EQ(layer->getSequenceAxis(), 0);
  layer->setBatchAxis(0);
  layer->setSequenceAxis(1);
  expect(layer, {counted(Shape{2, 3})}, "[2,3]", {0, 1, 2, 5, 4, 3});
}

TEST_F(ShapeLayers, Slice) {
  ITensor& x = input("x", {2, 4});
  ISliceLayer* layer = network->addSlice(x, dims({0, 1}), dims({2, 2}), dims({1, 2}));
  ASSERT_NE(layer, nullptr) << logger.take();
  EXPECT_EQ(str(layer->getStart()), "[0,1]");
  EXPECT_EQ(str(layer->getSize()), "[2,2]");
  EXPECT_EQ(str(layer->getStride()), "[1,2]");
  EXPECT_EQ(layer->getMode(), SampleMode::kSTRICT_BOUNDS);
  EXPECT_EQ(layer->getNbInputs(), 1);
  const std::vector<Tensor> in{counted(Shape{2, 4})};
  expect(layer, in, "[2,2]", {1, 3, 5, 7});
  layer->setStart(dims({0, 3}));
  layer->setStride(dims({1, -1}));
  layer->setSize(dims({1, 4}));
  expect(layer, in, "[1,4]", {3, 2, 1, 0});
  layer->setMode(SampleMode::kFILL);
  layer->setStart(dims({1, 2}));
  layer->setStride(dims({1, 1}));
  layer->setInput(4, constant({}, {-1}));
  expect(layer, in, "[1,4]", {6, 7, -1, -1});
  layer->setMode(SampleMode::kWRAP);
  expect(layer, in, "[1,4]", {6, 7, 4, 5});
  layer->setMode(SampleMode::kCLAMP);
  expect(layer, in, "[1,4]", {6, 7, 7, 7});
  layer->setMode(SampleMode::kREFLECT);
  EXPECT_EQ(layer->getMode(), SampleMode::kREFLECT);
  expect(layer, in, "[1,4]", {6, 7, 6, 5});
}

TEST_F(ShapeLayers, SliceByAxesAndTensors) {
  ITensor& x = input("x", {-1, 4});
  ISliceLayer* layer = network->addSlice(x, dims({1}), dims({2}), dims({1}));
  layer->setAxes(dims({1}));
  EXPECT_EQ(str(layer->getAxes()), "[1]");
  EXPECT_EQ(shapeOf(layer->getOutput(0)), "[-1,2]");
  ITensor& size = input("n", {1}, DataType::kINT32);
  layer->setInput(2, size);
  EXPECT_EQ(layer->getSize().nbDims, -1);
  EXPECT_EQ(layer->getNbInputs(), 3);
  EXPECT_TRUE(size.isShapeTensor());
  Tensor three = Tensor::of<int32_t>(Shape{1}, {3});
  expect(layer, {counted(Shape{1, 4}), three}, "[1,3]", {1, 2, 3});
  EXPECT_EQ(network->addSlice(x, dims({0, 0}), dims({1, 1}), dims({1, 1}))->getNbInputs(), 1);
}

TEST_F(ShapeLayers, Gather) {
  ITensor &x = input("x", {2, 3}), &i = intConstant({2}, {2, 0});
  const std::vector<Tensor> in{counted(Shape{2, 3})};
  IGatherLayer* layer = network->addGather(x, i, 1);
  EXPECT_EQ(layer->getMode(), GatherMode::kDEFAULT);
  EXPECT_EQ(layer->getGatherAxis(), 1);
  expect(layer, in, "[2,2]", {2, 0, 5, 3});
  IGatherLayer* element = network->addGatherV2(x, intConstant({2, 1}, {1, 2}), GatherMode::kELEMENT);
  element->setGatherAxis(1);
  expect(element, in, "[2,1]", {1, 5});
  IGatherLayer* nd = network->addGatherV2(x, intConstant({2, 2}, {0, 1, 1, 2}), GatherMode::kND);
  EXPECT_EQ(nd->getMode(), GatherMode::kND);
  expect(nd, in, "[2]", {1, 5});
  IGatherLayer* batched = network->addGatherV2(x, intConstant({2, 1}, {1, 2}), GatherMode::kDEFAULT);
  batched->setGatherAxis(1);
  batched->setNbElementWiseDims(1);
  EXPECT_EQ(batched->getNbElementWiseDims(), 1);
  EXPECT_EQ(batched->getMode(), GatherMode::kDEFAULT);
  expect(batched, in, "[2,1]", {1, 5});
}

TEST_F(ShapeLayers, Scatter) {
  ITensor& x = input("x", {2, 3});
  const std::vector<Tensor> in{counted(Shape{2, 3})};
  IScatterLayer* layer =
      network->addScatter(x, intConstant({2, 1}, {2, 0}), constant({2, 1}, {-1, -2}), ScatterMode::kELEMENT);
  layer->setAxis(1);
  EXPECT_EQ(layer->getAxis(), 1);
  expect(layer, in, "[2,3]", {0, 1, -1, -2, 4, 5});
  IScatterLayer* nd =
      network->addScatter(x, intConstant({1, 1}, {1}), constant({1, 3}, {7, 8, 9}), ScatterMode::kND);
  EXPECT_EQ(nd->getMode(), ScatterMode::kND);
  expect(nd, in, "[2,3]", {0, 1, 2, 7, 8, 9});
}

TEST_F(ShapeLayers, NonZeroAndOneHot) {
  INonZeroLayer* nonZero = network->addNonZero(input("x", {2, 2}));
  ASSERT_NE(nonZero, nullptr) << logger.take();
  EXPECT_EQ(nonZero->getIndicesType(), DataType::kINT32);
  EXPECT_EQ(shapeOf(nonZero->getOutput(0)), "[2,-1]");
  expect(nonZero, {values({2, 2}, {0, 1, 1, 0})}, "[2,2]", {0, 1, 1, 0});
  EXPECT_TRUE(nonZero->setIndicesType(DataType::kINT64));
  EXPECT_EQ(nonZero->getOutput(0)->getType(), DataType::kINT64);
  ITensor &i = intConstant({2}, {1, 0}), &v = constant({2}, {5, 9}), &depth = intConstant({}, {3});
  IOneHotLayer* oneHot = network->addOneHot(i, v, depth, -1);
  ASSERT_NE(oneHot, nullptr) << logger.take();
  EXPECT_EQ(oneHot->getInput(1), &v);
  EXPECT_EQ(oneHot->getInput(2), &depth);
  EXPECT_EQ(oneHot->getAxis(), -1);
  expect(oneHot, {values({2, 2}, {0, 1, 1, 0})}, "[2,3]", {5, 9, 5, 9, 5, 5});
}

}  // namespace
}  // namespace tenfold::testing
