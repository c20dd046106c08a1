#include "plan/format/file.h"

#include <gtest/gtest.h>
#include <xxhash.h>

#include <cstring>
#include <filesystem>
#include <random>

#include "base/error.h"
#include "graph/ir/text.h"
#include "plan/build/build.h"
#include "plan/format/header.h"

namespace tenfold {
namespace {

std::unique_ptr<Plan> smallPlan() {
  auto graph = parseGraph(
      "graph g(x:f32[n,4], c:bool[]) {\n"
      "  w = const f32[4,6] random(3)\n"
      "  a = MatMul(x, w) \"product\"\n"
      "  b = If(c, a) graph then(p:f32[n,6]) { q = Relu(p); return q } graph else(p:f32[n,6]) { q = Neg(p); "
      "return q }\n"
      "  r = Concat(b, a) {axis=1}\n"
      "  return r }");
  BuildOptions options;
  options.tuner.measure = false;
  options.profiles.push_back(
      {{{Shape{1, 4}, Shape{2, 4}, Shape{8, 4}, {}, {}, {}}, {Shape{}, Shape{}, Shape{}, {}, {}, {}}}});
  auto plan = buildPlan(std::move(graph), target("cpu"), options);
  plan->facts["builder"] = "test";
  return plan;
}

TEST(PlanFormat, RoundTripsAndRepeats) {
  std::vector<uint8_t> bytes = writePlan(*smallPlan());
  EXPECT_EQ(bytes, writePlan(*smallPlan()));
  auto read = readPlanCopy(bytes);
  EXPECT_EQ(printGraph(*read->graph), printGraph(*smallPlan()->graph));
  EXPECT_EQ(writePlan(*read), bytes);
  EXPECT_EQ(read->facts.at("builder"), "test");
}

TEST(PlanFormat, RefusesWhatIsNoWholePlan) {
  std::vector<uint8_t> bytes = writePlan(*smallPlan());
  for (size_t size : {size_t{0}, size_t{10}, size_t{63}, size_t{64}, bytes.size() / 2, bytes.size() - 1})
    EXPECT_THROW(readPlanCopy({bytes.data(), size}), Error) << size;
  std::vector<uint8_t> newer = bytes;
  newer[offsetof(PlanHeader, formatVersion)] += 1;
  try {
    readPlanCopy(newer);
    FAIL() << "a newer format was read";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("version 2"), std::string::npos) << e.what();
  }
}

TEST(PlanFormat, RefusesEveryAlteration) {
  std::vector<uint8_t> bytes = writePlan(*smallPlan());
  std::mt19937 random(11);
  for (int i = 0; i < 1000; ++i) {
    std::vector<uint8_t> altered = bytes;
    altered[random() % altered.size()] ^= static_cast<uint8_t>(1 + random() % 255);
    EXPECT_THROW(readPlanCopy(altered), Error);
  }
}

// What a wrong program could write: the checksums fit, the parts do not.
TEST(PlanFormat, RefusesPartsThatDoNotFitTogether) {
  std::vector<uint8_t> bytes = writePlan(*smallPlan());
  auto with = [&](uint64_t PlanHeader::*field, uint64_t value) {
    std::vector<uint8_t> altered = bytes;
    PlanHeader header;
    std::memcpy(&header, altered.data(), sizeof header);
    header.*field = value;
    header.headerChecksum = XXH3_64bits(&header, offsetof(PlanHeader, headerChecksum));
    std::memcpy(altered.data(), &header, sizeof header);
    return altered;
  };
  EXPECT_NO_THROW(readPlanCopy(with(&PlanHeader::padding, 0)));
  for (uint64_t value : {uint64_t{0}, uint64_t{63}, uint64_t{4095}, UINT64_MAX}) {
    EXPECT_THROW(readPlanCopy(with(&PlanHeader::tensorsOffset, value)), Error) << value;
    EXPECT_THROW(readPlanCopy(with(&PlanHeader::fileBytes, value)), Error) << value;
  }
  EXPECT_THROW(readPlanCopy(with(&PlanHeader::bufferBytes, bytes.size())), Error);
}

TEST(PlanFormat, FilesAreReplacedWhole) {
  auto folder = std::filesystem::temp_directory_path() / "tenfold_format_test";
  std::filesystem::create_directories(folder);
  std::string path = folder / "a.plan";
  std::vector<uint8_t> one{1, 2, 3}, two{4};
  writeFileAtomically(path, one);
  writeFileAtomically(path, two);
  EXPECT_EQ(std::filesystem::file_size(path), 1u);
  EXPECT_THROW(writeFileAtomically(folder / "missing" / "a.plan", one), Error);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace tenfold
