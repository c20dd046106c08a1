#include "trtexec/log.h"

#include <cstdio>
#include <ctime>

namespace trtexec {

void Logger::log(Severity severity, const char* text) noexcept {
  if (severity > most_) return;
  constexpr char kLetters[] = {'F', 'E', 'W', 'I', 'V'};
  char stamp[32];
  std::time_t now = std::time(nullptr);
  std::tm parts{};
  std::strftime(stamp, sizeof stamp, "%m/%d/%Y-%H:%M:%S", localtime_r(&now, &parts));
  std::lock_guard lock(mutex_);
  FILE* to = severity <= Severity::kERROR ? stderr : stdout;
  std::fprintf(to, "[%s] [%c] %s\n", stamp, kLetters[static_cast<int>(severity)], text);
  std::fflush(to);
}

}  // namespace trtexec
