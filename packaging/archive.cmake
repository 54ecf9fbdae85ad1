# SPDX-License-Identifier: Apache-2.0
# Read by CPack for each kind of package: the archive has launchers at its root, the .deb has not.
if(CPACK_GENERATOR STREQUAL "TZST")
  list(GET CPACK_INSTALL_CMAKE_PROJECTS 0 build)
  list(GET CPACK_INSTALL_CMAKE_PROJECTS 1 project)
  list(APPEND CPACK_INSTALL_CMAKE_PROJECTS ${build} ${project} archive /)
endif()
