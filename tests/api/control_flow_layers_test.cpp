#include "api/network_fixture.h"

namespace tenfold::testing {
namespace {

using namespace nvinfer1;
using nvinfer1::DataType;
using nvinfer1::Dims;

class ControlFlowLayers : public NetworkTest {
 protected:
  Tensor number(int32_t v) { return Tensor::of<int32_t>(Shape{}, {v}); }
  ITensor& add(ITensor& a, ITensor& b) {
    return *network->addElementWise(a, b, ElementWiseOperation::kSUM)->getOutput(0);
  }
  ITensor& multiply(ITensor& a, ITensor& b) {
    return *network->addElementWise(a, b, ElementWiseOperation::kPROD)->getOutput(0);
  }
};

TEST_F(ControlFlowLayers, ACountedLoop) {
  ITensor &x = input("x", {2}), &n = input("n", {}, DataType::kINT32);
  ILoop* loop = network->addLoop();
  loop->setName("doubling");
  EXPECT_STREQ(loop->getName(), "doubling");
  ITripLimitLayer* limit = loop->addTripLimit(n, TripLimit::kCOUNT);
  EXPECT_EQ(limit->getTripLimit(), TripLimit::kCOUNT);
  EXPECT_EQ(limit->getLoop(), loop);
  EXPECT_EQ(limit->getNbOutputs(), 0);
  IRecurrenceLayer* state = loop->addRecurrence(x);
  ITensor& next = add(*state->getOutput(0), *state->getOutput(0));
  state->setInput(1, next);
  EXPECT_EQ(state->getNbInputs(), 2);
  EXPECT_EQ(state->getInput(1), &next);
  EXPECT_EQ(loop->addTripLimit(n, TripLimit::kCOUNT), nullptr);
  EXPECT_NE(logger.take().find("already"), std::string::npos);
  ILoopOutputLayer* last = loop->addLoopOutput(*state->getOutput(0), LoopOutput::kLAST_VALUE);
  ASSERT_NE(last, nullptr) << logger.take();
  EXPECT_EQ(last->getType(), LayerType::kLOOP_OUTPUT);
  EXPECT_EQ(loop->addLoopOutput(next, LoopOutput::kLAST_VALUE), nullptr);
  logger.take();
  const std::vector<Tensor> in{values({2}, {1, 3}), number(3)};
  expect(last, in, "[2]", {8, 24});
  ILoopOutputLayer* all = loop->addLoopOutput(next, LoopOutput::kCONCATENATE, 1);
  all->setInput(1, n);
  EXPECT_EQ(all->getAxis(), 1);
  expect(all, in, "[2,3]", {2, 4, 8, 6, 12, 24});
  ILoopOutputLayer* reversed = loop->addLoopOutput(next, LoopOutput::kREVERSE);
  reversed->setInput(1, n);
  EXPECT_EQ(reversed->getLoopOutput(), LoopOutput::kREVERSE);
  expect(reversed, in, "[3,2]", {8, 24, 4, 12, 2, 6});
}

TEST_F(ControlFlowLayers, IteratorsGoAlongAnAxis) {
  ITensor &x = input("x", {2, 3}), &n = intConstant({}, {3});
  ILoop* loop = network->addLoop();
  loop->addTripLimit(n, TripLimit::kCOUNT);
  IIteratorLayer* columns = loop->addIterator(x, 1);
  EXPECT_EQ(shapeOf(columns->getOutput(0)), "[2]");
  EXPECT_EQ(columns->getAxis(), 1);
  IIteratorLayer* backwards = loop->addIterator(x, 1, true);
  EXPECT_TRUE(backwards->getReverse());
  IRecurrenceLayer* sum = loop->addRecurrence(constant({2}, {0, 0}));
  sum->setInput(1, add(*sum->getOutput(0), multiply(*columns->getOutput(0), *backwards->getOutput(0))));
  const std::vector<Tensor> in{counted(Shape{2, 3})};
  expect(loop->addLoopOutput(*sum->getOutput(0), LoopOutput::kLAST_VALUE), in, "[2]", {1, 46});
}

TEST_F(ControlFlowLayers, AWhileLoopPadsWhatItCollects) {
  // x doubles as long as it is less than 10.
  ITensor &x = input("x", {1}), &ten = constant({1}, {10});
  ILoop* loop = network->addLoop();
  IRecurrenceLayer* state = loop->addRecurrence(x);
  ITensor& now = *state->getOutput(0);
  ITensor& isLess = *network->addElementWise(now, ten, ElementWiseOperation::kLESS)->getOutput(0);
  IShuffleLayer* scalar = network->addShuffle(isLess);
  scalar->setReshapeDimensions(dims({}));
  ASSERT_NE(loop->addTripLimit(*scalar->getOutput(0), TripLimit::kWHILE), nullptr) << logger.take();
  state->setInput(1, add(now, now));
  ILoopOutputLayer* all = loop->addLoopOutput(now, LoopOutput::kCONCATENATE);
  all->setInput(1, intConstant({}, {5}));
  EXPECT_EQ(shapeOf(all->getOutput(0)), "[5,1]");
  expect(all, {values({1}, {2})}, "[5,1]", {2, 4, 8, 0, 0});
  expect(loop->addLoopOutput(now, LoopOutput::kLAST_VALUE), {values({1}, {2})}, "[1]", {16});
  expect(network->addIdentity(*all->getOutput(0)), {values({1}, {12})}, "[5,1]", {0, 0, 0, 0, 0});
}

TEST_F(ControlFlowLayers, LoopsNest) {
  // The inner loop adds x twice, the outer one does so three times and triples between.
  ITensor &x = input("x", {1}), &two = intConstant({}, {2}), &three = intConstant({}, {3});
  ILoop *outer = network->addLoop(), *inner = network->addLoop();
  outer->addTripLimit(three, TripLimit::kCOUNT);
  IRecurrenceLayer* o = outer->addRecurrence(x);
  inner->addTripLimit(two, TripLimit::kCOUNT);
  IRecurrenceLayer* i = inner->addRecurrence(*o->getOutput(0));
  i->setInput(1, add(*i->getOutput(0), x));
  ILoopOutputLayer* innerLast = inner->addLoopOutput(*i->getOutput(0), LoopOutput::kLAST_VALUE);
  o->setInput(1, *innerLast->getOutput(0));
  expect(outer->addLoopOutput(*o->getOutput(0), LoopOutput::kLAST_VALUE), {values({1}, {1})}, "[1]", {7});
}

TEST_F(ControlFlowLayers, IncompleteLoopsAreErrorsWhenBuilt) {
  ITensor& x = input("x", {1});
  ILoop* loop = network->addLoop();
  IRecurrenceLayer* state = loop->addRecurrence(x);
  network->markOutput(*loop->addLoopOutput(*state->getOutput(0), LoopOutput::kLAST_VALUE)->getOutput(0));
  std::unique_ptr<IBuilderConfig> config(builder->createBuilderConfig());
  EXPECT_FALSE(builder->isNetworkSupported(*network, *config));
  EXPECT_NE(logger.take().find("trip limit"), std::string::npos);
  loop->addTripLimit(intConstant({}, {2}), TripLimit::kCOUNT);
  EXPECT_FALSE(builder->isNetworkSupported(*network, *config));
  EXPECT_NE(logger.take().find("next value"), std::string::npos);
  state->setInput(1, *state->getOutput(0));
  EXPECT_TRUE(builder->isNetworkSupported(*network, *config)) << logger.take();
}

TEST_F(ControlFlowLayers, AConditional) {
  ITensor &c = input("c", {}, DataType::kBOOL), &x = input("x", {2});
  IIfConditional* conditional = network->addIfConditional();
  conditional->setName("choice");
  EXPECT_STREQ(conditional->getName(), "choice");
  IConditionLayer* condition = conditional->setCondition(c);
  EXPECT_EQ(condition->getConditional(), conditional);
  EXPECT_EQ(condition->getType(), LayerType::kCONDITION);
  IIfConditionalInputLayer* entry = conditional->addInput(x);
  ITensor& inside = *entry->getOutput(0);
  ITensor& doubled = add(inside, inside);
  ITensor& negated = *network->addUnary(inside, UnaryOperation::kNEG)->getOutput(0);
  IIfConditionalOutputLayer* out = conditional->addOutput(doubled, negated);
  ASSERT_NE(out, nullptr) << logger.take();
  EXPECT_EQ(shapeOf(out->getOutput(0)), "[2]");
  Tensor yes(tenfold::DataType::kBool, Shape{}), no(tenfold::DataType::kBool, Shape{});
  yes.setInt(0, 1);
  expect(out, {yes, values({2}, {1, 2})}, "[2]", {2, 4});
  expect(network->addIdentity(*out->getOutput(0)), {no, values({2}, {1, 2})}, "[2]", {-1, -2});
  EXPECT_EQ(conditional->addOutput(doubled, c), nullptr);
  EXPECT_NE(logger.take(), "");
}

TEST_F(ControlFlowLayers, BranchesOfDifferentExtent) {
  ITensor &c = input("c", {}, DataType::kBOOL), &x = input("x", {4});
  IIfConditional* conditional = network->addIfConditional();
  conditional->setCondition(c);
  ITensor& inside = *conditional->addInput(x)->getOutput(0);
  ITensor& part = *network->addSlice(inside, dims({1}), dims({2}), dims({1}))->getOutput(0);
  IIfConditionalOutputLayer* out = conditional->addOutput(inside, part);
  EXPECT_EQ(shapeOf(out->getOutput(0)), "[-1]");
  Tensor no(tenfold::DataType::kBool, Shape{});
  expect(out, {no, counted(Shape{4})}, "[2]", {1, 2});
}

TEST_F(ControlFlowLayers, AConditionalWithinALoop) {
  // Adds 1 or multiplies by 2, as the slices say.
  ITensor &choices = input("choices", {3}, DataType::kBOOL), &x = input("x", {1});
  ILoop* loop = network->addLoop();
  loop->addTripLimit(intConstant({}, {3}), TripLimit::kCOUNT);
  ITensor& choice = *loop->addIterator(choices)->getOutput(0);
  IRecurrenceLayer* state = loop->addRecurrence(x);
  IIfConditional* conditional = network->addIfConditional();
  conditional->setCondition(choice);
  ITensor& inside = *conditional->addInput(*state->getOutput(0))->getOutput(0);
  IIfConditionalOutputLayer* chosen =
      conditional->addOutput(add(inside, constant({1}, {1})), multiply(inside, constant({1}, {2})));
  state->setInput(1, *chosen->getOutput(0));
  Tensor which(tenfold::DataType::kBool, Shape{3});
  which.setInt(0, 1);
  which.setInt(2, 1);
  expect(loop->addLoopOutput(*state->getOutput(0), LoopOutput::kLAST_VALUE), {which, values({1}, {3})}, "[1]",
         {9});
}

}  // namespace
}  // namespace tenfold::testing
