#include "graph/ir/dim.h"

#include <gtest/gtest.h>

namespace tenfold {
namespace {

const Dim n = Dim::symbol("n"), s = Dim::symbol("s");

TEST(Dim, EqualExpressionsCompareEqual) {
  EXPECT_EQ(n * s + s, s * (n + 1));
  EXPECT_EQ((n + 2) - n, Dim(2));
  EXPECT_FALSE(n == s);
}

TEST(Dim, DivisionIsExactWhereItCanBe) {
  EXPECT_EQ(Dim::floorDiv(n * s * 768, n * 12 * 64), s);
  EXPECT_EQ(Dim::floorDiv(n * 4 + 6, 4), n + 1);
  EXPECT_FALSE(Dim::exactDiv(n, s).has_value());
}

TEST(Dim, EvaluatesLikeIntegers) {
  DimBindings at{{"n", 7}, {"s", 3}};
  EXPECT_EQ(Dim::floorDiv(n - 1, 2).eval(at), 3);
  EXPECT_EQ(Dim::ceilDiv(n, s).eval(at), 3);
  EXPECT_EQ(Dim::mod(n, s).eval(at), 1);
  EXPECT_EQ(Dim::max(n, s).eval(at), 7);
  EXPECT_THROW(Dim::symbol("x").eval(at), std::exception);
}

TEST(Dim, RangeHoldsEveryValue) {
  Dim d = Dim::floorDiv(n * 3 - 2, 2) + Dim::min(n, s);
  DimRange r = d.range({{"n", {1, 9}}, {"s", {2, 4}}});
  for (int64_t i = 1; i <= 9; ++i)
    for (int64_t j = 2; j <= 4; ++j) {
      int64_t v = d.eval({{"n", i}, {"s", j}});
      EXPECT_LE(r.min, v);
      EXPECT_GE(r.max, v);
    }
}

TEST(Dim, TextRoundTrips) {
  for (const Dim& d : {n, n * 2 + 1, Dim::floorDiv(n + 1, 2) * s, Dim::max(n, s - 3), Dim(-5)})
    EXPECT_EQ(Dim::parse(d.str()), d);
  EXPECT_THROW(Dim::parse("floordiv(n"), std::exception);
}

}  // namespace
}  // namespace tenfold
