#include "api/errors.h"

#include <gtest/gtest.h>

#include "api/convert.h"
#include "api/recording.h"

namespace tenfold {
namespace {

using nvinfer1::ErrorCode;
using testing::RecordingLogger;
using testing::RecordingRecorder;

TEST(ApiErrors, ExceptionsBecomeOneMessageAndAnEntry) {
  RecordingLogger logger;
  RecordingRecorder recorder;
  Reporter reporter(&logger);
  reporter.setRecorder(&recorder);
  EXPECT_EQ(recorder.references, 1);
  bool ok = reporter.guard("setAxis", []() -> bool { fail("axis is {}", 9); });
  EXPECT_FALSE(ok);
  EXPECT_EQ(logger.take(), "setAxis: axis is 9");
  ASSERT_EQ(recorder.getNbErrors(), 1);
  EXPECT_EQ(recorder.codes[0], ErrorCode::kINVALID_ARGUMENT);
  EXPECT_STREQ(recorder.getErrorDesc(0), "setAxis: axis is 9");
  reporter.guard("build", [] { fail(ErrorKind::kUnsupported, "not here"); });
  EXPECT_EQ(recorder.codes[1], ErrorCode::kUNSUPPORTED_STATE);
  EXPECT_EQ(reporter.guard(
                "count", []() -> int { throw std::runtime_error("no"); }, -1),
            -1);
  EXPECT_EQ(recorder.codes[2], ErrorCode::kINTERNAL_ERROR);
  EXPECT_EQ(reporter.guard(
                "x", []() -> int { throw std::bad_alloc(); }, 7),
            7);
  EXPECT_EQ(recorder.codes[3], ErrorCode::kFAILED_ALLOCATION);
  EXPECT_EQ(reporter.guard("x", [] { return 5; }), 5);
  EXPECT_EQ(recorder.getNbErrors(), 4);
  reporter.setRecorder(nullptr);
  EXPECT_EQ(recorder.references, 0);
}

TEST(ApiErrors, ObjectsUseTheirMakersRecorderUntilTheyHaveTheirOwn) {
  RecordingLogger logger;
  RecordingRecorder makers, own;
  auto maker = std::make_shared<Reporter>(&logger);
  Reporter made(maker);
  maker->setRecorder(&makers);
  made.error(ErrorCode::kINVALID_STATE, "a");
  made.setRecorder(&own);
  made.error(ErrorCode::kINVALID_STATE, "b");
  EXPECT_EQ(makers.texts, std::vector<std::string>{"a"});
  EXPECT_EQ(own.texts, std::vector<std::string>{"b"});
}

TEST(ApiConvert, DimensionsBothWays) {
  nvinfer1::Dims dims = toDims(SymShape{Dim::symbol("batch"), 3, 224});
  EXPECT_EQ(str(dims), "[-1,3,224]");
  EXPECT_EQ(toInts(dims), (std::vector<int64_t>{-1, 3, 224}));
  EXPECT_THROW(toShape(dims), Error);
  EXPECT_EQ(toShape(toDims(Shape{2, 5})), (Shape{2, 5}));
  EXPECT_THROW(toDims(Shape{1, 1, 1, 1, 1, 1, 1, 1, 1}), Error);
  EXPECT_THROW(toInts(unknownDims()), Error);
}

TEST(ApiConvert, EveryTypeOfTheInterfaceHasOneInTheCore) {
  for (int i = 0; i < nvinfer1::EnumMax<nvinfer1::DataType>(); ++i) {
    auto type = static_cast<nvinfer1::DataType>(i);
    EXPECT_EQ(apiType(coreType(type)), type);
  }
  EXPECT_THROW(coreType(static_cast<nvinfer1::DataType>(99)), Error);
  EXPECT_THROW(apiType(DataType::kFloat64), Error);
}

}  // namespace
}  // namespace tenfold
