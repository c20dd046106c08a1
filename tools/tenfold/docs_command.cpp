#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "plan/format/file.h"
#include "tenfold/commands.h"
#include "tenfold/docs_pages.h"

namespace tenfold {
namespace {

void writePage(const std::filesystem::path& path, const std::string& text) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  writeFileAtomically(path.string(), {bytes, text.size()});
  fmt::print("{}\n", path.string());
}

}  // namespace

void addDocsCommand(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("docs", "Writes the pages of the documentation that the program knows");
  command->footer("Example: tenfold docs docs");
  auto folder = std::make_shared<std::string>();
  command->add_option("folder", *folder, "where to write operators.md and coverage.md")->required();
  command->callback([folder] {
    std::filesystem::path path(*folder);
    std::filesystem::create_directories(path);
    writePage(path / "operators.md", operatorsPage());
    writePage(path / "coverage.md", coveragePage());
  });
}

}  // namespace tenfold
