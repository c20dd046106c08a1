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

TEST(Dim, SymbolsAreReadBackWhateverTheirName) {
  for (const char* name : {"batch size", "a+b*(c,d)", "line\nbreak", "\x01"}) {
    Dim d = Dim::symbol(name) + 2;
    EXPECT_EQ(Dim::parse(d.str()), d) << d.str();
  }
}

TEST(Dim, DivisionIsExactWhereItCanBe) {
  EXPECT_EQ(Dim::floorDiv(n * s * 768, n * 12 * 64), s);
  EXPECT_EQ(Dim::floorDiv(n * 4 + 6, 4), n + 1);
  EXPECT_FALSE(Dim::exactDiv(n, s).has_value());
}

TEST(Dim, NestedDivisionsBecomeOne) {
  Dim halved = Dim::floorDiv(n + 1, 2);
  EXPECT_EQ(Dim::floorDiv(halved + 1, 2), Dim::floorDiv(n + 3, 4));
  EXPECT_EQ(Dim::floorDiv(Dim::floorDiv(n, 3) + s, 5), Dim::floorDiv(n + s * 3, 15));
}

TEST(Dim, ProvesOrder) {
  EXPECT_TRUE(Dim::provablyAtMost(n, n + s));
  EXPECT_TRUE(Dim::provablyAtMost(Dim::min(n, 8), n));
  EXPECT_TRUE(Dim::provablyAtMost(Dim::min(n + s, 8) - Dim::min(n, 8), s));
  EXPECT_TRUE(Dim::provablyAtMost(Dim::floorDiv(n + 1, 2), Dim::floorDiv(n + 3, 4) * 2));
  EXPECT_TRUE(Dim::provablyAtMost(Dim::floorDiv(n, 2), n));
  EXPECT_FALSE(Dim::provablyAtMost(n, s));
  EXPECT_FALSE(Dim::provablyAtMost(Dim::floorDiv(n + 3, 4) * 2, Dim::floorDiv(n + 1, 2)));
  EXPECT_FALSE(Dim::provablyAtMost(1, n));
}

TEST(Dim, ClaimedOrderHolds) {
  const Dim dims[] = {n,
                      s,
                      n + s,
                      Dim::floorDiv(n + 3, 4) * 2,
                      Dim::floorDiv(n + 1, 2),
                      Dim::min(n, s),
                      Dim::max(n - 2, 0),
                      Dim::mod(n, 4),
                      Dim::min(n + s, 5) - Dim::min(n, 5),
                      n * s,
                      Dim(3),
                      Dim::floorDiv(n * 3, 8),
                      n - s};
  for (const Dim& a : dims)
    for (const Dim& b : dims) {
      bool claimed = Dim::provablyAtMost(a, b);
      Dim larger = Dim::max(a, b), smaller = Dim::min(a, b);
      for (int64_t i = 0; i <= 9; ++i)
        for (int64_t j = 0; j <= 9; ++j) {
          DimBindings at{{"n", i}, {"s", j}};
          int64_t x = a.eval(at), y = b.eval(at);
          if (claimed) {
            EXPECT_LE(x, y) << a.str() << " and " << b.str();
          }
          EXPECT_EQ(larger.eval(at), std::max(x, y));
          EXPECT_EQ(smaller.eval(at), std::min(x, y));
        }
    }
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
