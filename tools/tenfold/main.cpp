#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "common/nearest.h"
#include "tenfold/commands.h"

namespace {

// The command or option on the command line that does not exist, and which may have been meant; empty where
// all do.
std::string unknownWord(CLI::App& app, int argc, char** argv) {
  if (argc < 2) return "";
  std::vector<std::string> commands, flags{"--help"};
  for (const CLI::App* command : app.get_subcommands({})) commands.push_back(command->get_name());
  const std::string word = argv[1];
  if (word[0] == '-') return "";
  if (std::find(commands.begin(), commands.end(), word) == commands.end())
    return fmt::format("there is no command '{}'{}", word, suggestion(word, commands));
  for (const CLI::Option* option : app.get_subcommand(word)->get_options())
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
  for (int i = 2; i < argc; ++i) {
    std::string flag = argv[i];
    flag = flag.substr(0, flag.find('='));
    if (flag.rfind("--", 0) != 0 || std::find(flags.begin(), flags.end(), flag) != flags.end()) continue;
    return fmt::format("{}: unknown option '{}'{} (tenfold {} --help lists them)", word, flag,
                       suggestion(flag, flags), word);
  }
  return "";
}

// The exit code of success, unless what was printed could not be written.
int flushed() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
  fmt::print(stderr, "tenfold: error: the standard output cannot be written\n");
  return 1;
}

}  // namespace

// Runs one command. Everything that goes wrong ends here, as one line on standard error.
int main(int argc, char** argv) {
  CLI::App app{"Builds, runs, times and explains networks. Example: tenfold run model.onnx --output-dir out"};
  app.require_subcommand(1);
  tenfold::addBuildCommand(app);
  tenfold::addRunCommand(app);
  tenfold::addBenchCommand(app);
  tenfold::addInspectCommand(app);
  tenfold::addConformanceCommand(app);
  tenfold::addDocsCommand(app);
  try {
    app.parse(argc, argv);
    return flushed();
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e), flushed();
    std::string wrong = unknownWord(app, argc, argv);
    if (wrong.empty()) wrong = fmt::format("{} (--help shows what is expected)", e.what());
    fmt::print(stderr, "tenfold: error: {}\n", wrong);
    return 2;
  } catch (const tenfold::ExitCode& e) {
    return e.code;
  } catch (const std::exception& e) {
    fmt::print(stderr, "tenfold: error: {}\n", e.what());
    return 1;
  }
}
