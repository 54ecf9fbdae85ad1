# SPDX-License-Identifier: Apache-2.0
# Two functions declare every target: they carry the language level, the warnings, the
# sanitizer, and the one precompiled LibTorch header.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# Programs take the libraries' flag too: a precompiled header serves one of -fPIC and -fPIE only.
set(CMAKE_CXX_COMPILE_OPTIONS_PIE -fPIC)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
# -O2 compiles faster than -O3 and is as fast here: the hot loops carry their own pragmas.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # GCC's precompiled headers are cached only when ccache is told to look past their macros.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
endif()

function(portrait_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
                                           -Wno-unknown-pragmas -Wno-maybe-uninitialized)
  if(PORTRAIT_STRICT)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(PORTRAIT_SANITIZER STREQUAL "address")
    target_compile_options(${target} PRIVATE -fsanitize=address,undefined -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=address,undefined)
  elseif(PORTRAIT_SANITIZER STREQUAL "thread")
    target_compile_options(${target} PRIVATE -fsanitize=thread -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=thread)
  endif()
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
endfunction()

# portrait_add_library(NAME SOURCES ... [DEPENDS ...] [PRIVATE_DEPENDS ...] [TORCH])
#   NAME is the folder's name; the target is portrait_NAME with the alias portrait::NAME.
#   TORCH: its sources include core/nn/torch.h first, from the one precompiled header.
#   Includes are written from the root of the project: #include "core/base/error.h".
function(portrait_add_library name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(portrait_${name} STATIC ${ARG_SOURCES})
  add_library(portrait::${name} ALIAS portrait_${name})
  portrait_compile_options(portrait_${name})
  target_include_directories(portrait_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(portrait_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS})
  if(ARG_TORCH)
    portrait_use_torch(portrait_${name})
  endif()
endfunction()

function(portrait_use_torch target)
  target_link_libraries(${target} PRIVATE portrait::torch)
  if(PORTRAIT_PCH)
    target_precompile_headers(${target} REUSE_FROM portrait_torch_pch)
  endif()
endfunction()

# portrait_add_test(FOLDER/NAME [DEPENDS ...] [TORCH] [WINDOW] [LABELS ...] [TIMEOUT seconds])
#   Builds tests/FOLDER/NAME_test.cpp (a QtTest program) and registers ctest FOLDER/NAME.
#   WINDOW: linked with Qt Widgets and run under a virtual display.
function(portrait_add_test name)
  cmake_parse_arguments(ARG "TORCH;WINDOW" "TIMEOUT" "DEPENDS;LABELS" ${ARGN})
  string(REPLACE "/" "_" target "test_${name}")
  add_executable(${target} ${PROJECT_SOURCE_DIR}/tests/${name}_test.cpp)
  set_target_properties(${target} PROPERTIES AUTOMOC ON
                        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  portrait_compile_options(${target})
  target_compile_definitions(${target} PRIVATE
    QT_NO_KEYWORDS PORTRAIT_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    PORTRAIT_BIN_DIR="${CMAKE_BINARY_DIR}/bin")
  target_link_libraries(${target} PRIVATE portrait_test_process Qt6::Test ${ARG_DEPENDS})
  if(PORTRAIT_SANITIZER STREQUAL "address")  # see tests/support/test_process.cpp
    target_link_options(${target} PRIVATE -Wl,--export-dynamic-symbol=dlclose)
  endif()
  if(ARG_TORCH)
    portrait_use_torch(${target})
    target_link_libraries(${target} PRIVATE portrait_test_torch_threads)
  endif()
  if(ARG_WINDOW)
    target_link_libraries(${target} PRIVATE Qt6::Widgets)
    add_test(NAME ${name} COMMAND ${PROJECT_SOURCE_DIR}/tests/with_display $<TARGET_FILE:${target}>)
  else()
    add_test(NAME ${name} COMMAND ${target})
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
  if(ARG_WINDOW OR "slow" IN_LIST ARG_LABELS)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  else()
    # Programs run side by side, one to a processor: LibTorch's threads spin at their barriers and
    # would keep each other off the processors.
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "OMP_NUM_THREADS=1;OMP_WAIT_POLICY=passive")
  endif()
endfunction()
