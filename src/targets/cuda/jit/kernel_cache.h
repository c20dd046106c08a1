// Compiled kernels on disk: one file each, named by the hash of everything that its bytes depend on. The
// folder is TENFOLD_KERNEL_CACHE, else XDG_CACHE_HOME/tenfold/kernels, else ~/.cache/tenfold/kernels; an
// empty TENFOLD_KERNEL_CACHE switches the cache off. Errors of the file system are not errors of a build: the
// kernel is compiled again.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tenfold::cuda {

std::string kernelKey(const std::string& compiler, const std::string& flags, const std::string& code);
std::optional<std::vector<char>> findKernel(const std::string& key);
// Written to a temporary name and renamed, so that readers never see half a file.
void storeKernel(const std::string& key, const std::vector<char>& cubin);

}  // namespace tenfold::cuda
