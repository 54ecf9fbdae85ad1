# SPDX-License-Identifier: Apache-2.0
# Header-only targets from a folder that a bare machine brought along (packaging/gpu), under the
# names that the packages' own configurations give them.
set(PORTRAIT_CARRY_DIR "" CACHE PATH "Folder with the headers of fmt, spdlog, nlohmann-json, CLI11 and Eigen; empty: find packages")

function(portrait_carry target)
  cmake_parse_arguments(ARG "" "INCLUDE;HEADER" "DEFINES;DEPENDS" ${ARGN})
  if(NOT EXISTS ${PORTRAIT_CARRY_DIR}/${ARG_INCLUDE}/${ARG_HEADER})
    message(FATAL_ERROR "There is no ${ARG_HEADER} in ${PORTRAIT_CARRY_DIR}; run "
                        "packaging/gpu/prepare_carry.sh on a machine that has the packages")
  endif()
  string(REPLACE "::" "_carried_" name ${target})
  add_library(${name} INTERFACE)
  add_library(${target} ALIAS ${name})
  target_include_directories(${name} SYSTEM INTERFACE ${PORTRAIT_CARRY_DIR}/${ARG_INCLUDE})
  target_compile_definitions(${name} INTERFACE ${ARG_DEFINES})
  target_link_libraries(${name} INTERFACE ${ARG_DEPENDS})
endfunction()

function(portrait_carry_all)
  portrait_carry(fmt::fmt INCLUDE . HEADER fmt/format.h DEFINES FMT_HEADER_ONLY)
  portrait_carry(spdlog::spdlog INCLUDE . HEADER spdlog/spdlog.h DEFINES SPDLOG_FMT_EXTERNAL
                 DEPENDS fmt::fmt)
  portrait_carry(nlohmann_json::nlohmann_json INCLUDE . HEADER nlohmann/json.hpp)
  portrait_carry(CLI11::CLI11 INCLUDE . HEADER CLI/CLI.hpp)
  portrait_carry(Eigen3::Eigen INCLUDE eigen3 HEADER Eigen/Core)
endfunction()
