# SPDX-License-Identifier: Apache-2.0
# Every outside library, found once. All are Debian 12 packages; see CONTRIBUTING.md.
find_package(Threads REQUIRED)
include(PortraitTorch)
include(PortraitCarry)
if(PORTRAIT_CARRY_DIR)
  portrait_carry_all()
else()
  find_package(Eigen3 REQUIRED NO_MODULE)
  find_package(nlohmann_json REQUIRED)
  find_package(CLI11 REQUIRED)
  find_package(spdlog REQUIRED)
  find_package(fmt REQUIRED)
endif()
# Python's LibTorch was long built with the older string type; all code must then be.
if(TORCH_CXX_FLAGS MATCHES "_GLIBCXX_USE_CXX11_ABI=0")
  add_compile_definitions(_GLIBCXX_USE_CXX11_ABI=0)
endif()

# LibTorch behind one target, so that its global flags reach nothing else.
add_library(portrait_torch INTERFACE)
add_library(portrait::torch ALIAS portrait_torch)
target_include_directories(portrait_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
target_link_libraries(portrait_torch INTERFACE ${TORCH_LIBRARIES})

if(PORTRAIT_TRAIN_ONLY)
  find_package(hwy QUIET)  # without it the volume renderer is LibTorch's alone
else()
  find_package(OpenCV REQUIRED COMPONENTS core imgproc imgcodecs objdetect calib3d)
  find_package(hwy REQUIRED)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavformat libavcodec libswscale libavutil)
  pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
endif()
if(PORTRAIT_BUILD_STUDIO)
  find_package(Qt6 REQUIRED COMPONENTS Core DBus Gui LinguistTools Widgets OpenGL OpenGLWidgets
               Svg)
  find_package(glm REQUIRED)
endif()
if(PORTRAIT_BUILD_TESTS)
  find_package(Qt6 REQUIRED COMPONENTS Test)
endif()
