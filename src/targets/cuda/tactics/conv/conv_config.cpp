#include "targets/cuda/tactics/conv/conv_config.h"

#include <charconv>

#include "base/error.h"

namespace tenfold::cuda {

std::string_view configText(std::string_view config, std::string_view name) {
  std::string_view rest = config;
  while (!rest.empty()) {
    std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(item.size() + 1, rest.size()));
    if (item.size() > name.size() && item.starts_with(name) && item[name.size()] == '=')
      return item.substr(name.size() + 1);
  }
  fail(ErrorKind::kInvalidPlan, "the configuration '{}' of a convolution lacks '{}'", config, name);
}

int configNumber(std::string_view config, std::string_view name) {
  std::string_view text = configText(config, name);
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    fail(ErrorKind::kInvalidPlan, "the configuration '{}' of a convolution has no number '{}'", config, name);
  return value;
}

}  // namespace tenfold::cuda
