#include "api/facts.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace tenfold::facts {

int64_t number(const Plan& plan, const char* name, int64_t fallback) {
  auto fact = plan.facts.find(name);
  if (fact == plan.facts.end()) return fallback;
  const std::string& text = fact->second;
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    fail(ErrorKind::kInvalidPlan, "the plan's fact '{}' must be a number, found '{}'", name, text);
  return value;
}

void setNumber(Plan& plan, const char* name, int64_t value) { plan.facts[name] = std::to_string(value); }

// Names are separated by lines: a name that contains a newline cannot be told from two.
std::vector<std::string> names(const Plan& plan, const char* name) {
  std::vector<std::string> result;
  auto fact = plan.facts.find(name);
  if (fact == plan.facts.end()) return result;
  const std::string& text = fact->second;
  for (size_t from = 0; from < text.size();) {
    size_t to = std::min(text.find('\n', from), text.size());
    result.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return result;
}

void setNames(Plan& plan, const char* name, const std::vector<std::string>& values) {
  if (values.empty()) return;
  std::string& text = plan.facts[name];
  text.clear();
  for (const std::string& value : values) text += value + "\n";
}

}  // namespace tenfold::facts
