// libnvinfer_plugin.so. The registry that it fills lives in libnvinfer.so.
#include "NvInferPlugin.h"

bool initLibNvInferPlugins(void*, const char* libNamespace) {
  // No plugin is built in: operators that others make plugins of are part of the core.
  return libNamespace != nullptr && getPluginRegistry() != nullptr;
}
