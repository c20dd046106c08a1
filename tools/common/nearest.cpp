#include "common/nearest.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace {

// With how many changes it takes: Levenshtein's distance.
std::pair<std::string, size_t> nearestAt(const std::string& text,
                                         const std::vector<std::string>& candidates) {
  std::string best;
  size_t least = SIZE_MAX;
  for (const std::string& c : candidates) {
    // Levenshtein's distance, one row at a time.
    std::vector<size_t> row(c.size() + 1);
    for (size_t j = 0; j <= c.size(); ++j) row[j] = j;
    for (size_t i = 1; i <= text.size(); ++i) {
      size_t diagonal = row[0];
      row[0] = i;
      for (size_t j = 1; j <= c.size(); ++j) {
        size_t replaced = diagonal + (std::tolower(text[i - 1]) != std::tolower(c[j - 1]));
        diagonal = row[j];
        row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
      }
    }
    if (row.back() < least) least = row.back(), best = c;
  }
  return {best, least};
}

}  // namespace

std::string nearest(const std::string& text, const std::vector<std::string>& candidates) {
  return nearestAt(text, candidates).first;
}

std::string suggestion(const std::string& text, const std::vector<std::string>& candidates) {
  constexpr size_t kShortList = 12;
  auto [best, changes] = nearestAt(text, candidates);
  if (!best.empty() && changes <= std::max<size_t>(2, text.size() / 2))
    return "; did you mean '" + best + "'?";
  if (candidates.empty() || candidates.size() > kShortList) return "";
  std::string list;
  for (const std::string& c : candidates) list += (list.empty() ? "" : ", ") + c;
  return "; there are: " + list;
}
