#include <fmt/format.h>

#include "base/error.h"
#include "tenfold/commands.h"

// Runs one command. Everything that goes wrong ends here, as one line on standard error.
int main(int argc, char** argv) {
  CLI::App app{"Builds, runs, times and explains networks. Example: tenfold run model.onnx --output-dir out"};
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::help);
  tenfold::addBuildCommand(app);
  tenfold::addRunCommand(app);
  tenfold::addBenchCommand(app);
  tenfold::addInspectCommand(app);
  tenfold::addConformanceCommand(app);
  tenfold::addDocsCommand(app);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  } catch (const tenfold::ExitCode& e) {
    return e.code;
  } catch (const std::exception& e) {
    fmt::print(stderr, "tenfold: error: {}\n", e.what());
    return 1;
  }
}
