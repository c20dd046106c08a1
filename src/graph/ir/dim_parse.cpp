// Reads dimensions back from their text.
#include "base/error.h"
#include "graph/ir/dim_poly.h"

namespace tenfold {
namespace {

// Recursive descent over: sum = product {"+" product}; product = factor {"*" factor};
// factor = ["-"] integer | name | name "(" sum "," sum ")".
class DimParser {
 public:
  explicit DimParser(std::string_view text) : text_(text) {}
  Dim parse() {
    Dim d = sum();
    skip();
    require(at_ == text_.size(), "unexpected '{}' in dimension '{}'", text_.substr(at_), text_);
    return d;
  }

 private:
  void skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  Dim sum() {
    require(++depth_ < 64, "dimension '{}' is nested too deeply", text_.substr(0, 80));
    Dim d = product();
    while (take('+')) d = d + product();
    --depth_;
    return d;
  }
  Dim product() {
    Dim d = factor();
    while (take('*')) d = d * factor();
    return d;
  }
  Dim factor() {
    skip();
    size_t start = at_;
    while (at_ < text_.size() && std::string_view("+*(), ").find(text_[at_]) == std::string_view::npos) ++at_;
    std::string word(text_.substr(start, at_ - start));
    require(!word.empty(), "a dimension is missing in '{}'", text_);
    if (word.find_first_not_of("0123456789", word[0] == '-' ? 1 : 0) == std::string::npos && word != "-") {
      require(word.size() < 20, "number {} in a dimension is too large", word);
      return static_cast<int64_t>(std::strtoll(word.c_str(), nullptr, 10));
    }
    if (!take('(')) return Dim::symbol(word);
    Dim a = sum();
    require(take(','), "',' expected in '{}'", text_);
    Dim b = sum();
    require(take(')'), "')' expected in '{}'", text_);
    return dimOperation(word).build(a, b);
  }
  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Dim Dim::parse(const std::string& text) { return DimParser(text).parse(); }

}  // namespace tenfold
