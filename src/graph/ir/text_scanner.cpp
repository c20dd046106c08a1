#include "graph/ir/text_scanner.h"

#include <algorithm>
#include <charconv>

namespace tenfold {
namespace {

bool isWordStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isWordPart(char c) { return isWordStart(c) || isDigit(c) || c == '.'; }

int hexDigit(char c) {
  if (isDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

void TextScanner::failAt(size_t position, const std::string& message) const {
  std::string_view before = text_.substr(0, std::min(position, text_.size()));
  size_t line = std::count(before.begin(), before.end(), '\n') + 1;
  size_t lineStart = before.rfind('\n');
  size_t column = before.size() - (lineStart == std::string_view::npos ? 0 : lineStart + 1) + 1;
  throw Error(ErrorKind::kInvalidArgument, fmt::format("{}:{}: {}", line, column, message));
}

void TextScanner::skip() {
  while (at_ < text_.size()) {
    char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
      ++at_;
    else if (text_.substr(at_, 2) == "//")
      at_ = std::min(text_.find('\n', at_), text_.size());
    else
      break;
  }
}

bool TextScanner::atEnd() {
  skip();
  return at_ == text_.size();
}

char TextScanner::peek() { return atEnd() ? '\0' : text_[at_]; }

bool TextScanner::take(std::string_view token) {
  skip();
  if (text_.substr(at_, token.size()) != token) return false;
  at_ += token.size();
  return true;
}

void TextScanner::expect(std::string_view token) {
  if (!take(token))
    fail("'{}' expected{}", token, atEnd() ? ", the text ends" : fmt::format(" before '{}'", text_[at_]));
}

bool TextScanner::takeWord(std::string_view wanted) {
  skip();
  size_t start = at_;
  if (word() == wanted) return true;
  at_ = start;
  return false;
}

std::string TextScanner::word() {
  if (!isWordStart(peek())) return "";
  size_t start = at_;
  while (at_ < text_.size() && isWordPart(text_[at_])) ++at_;
  return std::string(text_.substr(start, at_ - start));
}

std::string TextScanner::quoted() {
  expect("\"");
  std::string out;
  while (at_ < text_.size() && text_[at_] != '"') {
    char c = text_[at_++];
    if (c != '\\') {
      out += c;
      continue;
    }
    char escape = at_ < text_.size() ? text_[at_++] : '\0';
    if (escape == 'x') {
      int high = at_ < text_.size() ? hexDigit(text_[at_]) : -1,
          low = at_ + 1 < text_.size() ? hexDigit(text_[at_ + 1]) : -1;
      if (high < 0 || low < 0) fail("two hexadecimal digits expected after \\x");
      out += static_cast<char>(high * 16 + low);
      at_ += 2;
    } else if (escape == 'n' || escape == 't') {
      out += escape == 'n' ? '\n' : '\t';
    } else {
      out += escape;
    }
  }
  expect("\"");
  return out;
}

std::string_view TextScanner::number(bool& isReal) {
  skip();
  size_t start = at_;
  if (at_ < text_.size() && text_[at_] == '-') ++at_;
  if (text_.substr(at_, 3) == "inf" || text_.substr(at_, 3) == "nan") {
    at_ += 3;
    isReal = true;
    return text_.substr(start, at_ - start);
  }
  size_t digits = at_;
  isReal = false;
  while (at_ < text_.size()) {
    char c = text_[at_];
    bool exponentSign =
        (c == '-' || c == '+') && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E') && at_ > digits;
    if (!isDigit(c) && c != '.' && c != 'e' && c != 'E' && !exponentSign) break;
    isReal = isReal || !isDigit(c);
    ++at_;
  }
  if (at_ == digits) failAt(start, "a number is expected");
  return text_.substr(start, at_ - start);
}

double TextScanner::real() {
  if (takeWord("true")) return 1;
  if (takeWord("false")) return 0;
  bool isReal;
  std::string_view token = number(isReal);
  double value = 0;
  auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (error != std::errc() || end != token.data() + token.size()) fail("'{}' is not a number", token);
  return value;
}

int64_t TextScanner::integer() {
  if (takeWord("true")) return 1;
  if (takeWord("false")) return 0;
  bool isReal;
  std::string_view token = number(isReal);
  int64_t value = 0;
  auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (isReal || error != std::errc() || end != token.data() + token.size())
    fail("'{}' is not a 64-bit integer", token);
  return value;
}

std::string_view TextScanner::rawUntil(std::string_view stops) {
  skip();
  size_t start = at_;
  for (int depth = 0; at_ < text_.size(); ++at_) {
    char c = text_[at_];
    if (depth == 0 && stops.find(c) != std::string_view::npos) break;
    if (c == '(') ++depth;
    if (c == ')') --depth;
  }
  size_t end = at_;
  while (end > start && (text_[end - 1] == ' ' || text_[end - 1] == '\n')) --end;
  return text_.substr(start, end - start);
}

}  // namespace tenfold
