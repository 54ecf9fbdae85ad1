// SPDX-License-Identifier: Apache-2.0
#include "app/studio/display_check.h"

#include <cstdlib>

#ifdef __linux__
#include <dlfcn.h>
#endif

namespace portrait {
namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

// Whether the X server that DISPLAY names answers. True when that cannot be found out.
bool x_server_answers() {
#ifdef __linux__
  void* library = dlopen("libxcb.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return true;
  using Connect = void* (*)(const char*, int*);
  using HasError = int (*)(void*);
  using Disconnect = void (*)(void*);
  const auto connect = reinterpret_cast<Connect>(dlsym(library, "xcb_connect"));
  const auto has_error = reinterpret_cast<HasError>(dlsym(library, "xcb_connection_has_error"));
  const auto disconnect = reinterpret_cast<Disconnect>(dlsym(library, "xcb_disconnect"));
  if (connect == nullptr || has_error == nullptr || disconnect == nullptr) return true;
  void* connection = connect(nullptr, nullptr);
  const bool answers = has_error(connection) == 0;
  disconnect(connection);
  return answers;
#else
  return true;
#endif
}

}  // namespace

std::string why_no_display(const std::string& platform) {
#ifdef __linux__
  const bool chosen = !platform.empty() && platform.rfind("xcb", 0) != 0;
  if (chosen && platform.rfind("wayland", 0) != 0) return {};  // offscreen, vnc, eglfs, ...
  if (is_set("WAYLAND_DISPLAY") && platform.rfind("xcb", 0) != 0) return {};
  if (!is_set("DISPLAY")) return "no display: neither DISPLAY nor WAYLAND_DISPLAY is set";
  if (!x_server_answers()) {
    return std::string("no display: the X server at ") + std::getenv("DISPLAY") +
           " does not answer";
  }
#else
  (void)platform;
#endif
  return {};
}

}  // namespace portrait
