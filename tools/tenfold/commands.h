// The subcommands of `tenfold`. Each adds its options to the program; what it returns is the exit code.
#pragma once

#include <CLI/CLI.hpp>

namespace tenfold {

void addBuildCommand(CLI::App& app);
void addRunCommand(CLI::App& app);
void addBenchCommand(CLI::App& app);
void addInspectCommand(CLI::App& app);
void addConformanceCommand(CLI::App& app);
void addDocsCommand(CLI::App& app);

// A command that ends with another exit code than 0 without an Error.
struct ExitCode {
  int code;
};

}  // namespace tenfold
