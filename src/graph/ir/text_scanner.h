// Characters of the text form: skips blanks and comments, reads words, numbers, strings, and knows where it
// is.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace tenfold {

class TextScanner {
 public:
  explicit TextScanner(std::string_view text) : text_(text) {}

  // Where the next thing begins.
  size_t position() {
    skip();
    return at_;
  }
  void rewind(size_t position) { at_ = position; }
  bool atEnd();
  // The next character that is no blank, or 0 at the end.
  char peek();
  // Takes `token` (punctuation) if it comes next.
  bool take(std::string_view token);
  void expect(std::string_view token);
  // Takes `word` if it comes next as a whole word.
  bool takeWord(std::string_view word);
  // [A-Za-z_][A-Za-z0-9_.]*; empty where none comes next.
  std::string word();
  // A string in double quotes with the escapes \" \\ \n \t \xHH.
  std::string quoted();
  // The characters of a number, as strtod takes them, `inf` and `nan` included; `isReal` says if it is no
  // integer.
  std::string_view number(bool& isReal);
  double real();
  int64_t integer();
  // Raw characters up to one of `stops` outside parentheses, which is not taken.
  std::string_view rawUntil(std::string_view stops);

  // Throws Error with the line and column of `position` (by default where the scanner is).
  template <typename... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
    failAt(at_, fmt::format(format, std::forward<Args>(args)...));
  }
  [[noreturn]] void failAt(size_t position, const std::string& message) const;

 private:
  void skip();
  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace tenfold
