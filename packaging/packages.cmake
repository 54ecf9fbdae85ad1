# SPDX-License-Identifier: Apache-2.0
# CPack: portrait-studio_VERSION_ARCHITECTURE.deb, and a tar.zst that runs from any folder.
set(CPACK_GENERATOR DEB TZST)
set(CPACK_PACKAGE_NAME portrait-studio)
set(CPACK_PACKAGE_CONTACT "${PORTRAIT_PACKAGE_CONTACT}")
set(CPACK_PACKAGE_VENDOR "Portrait Studio")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Turn one portrait photo into a 3D head")
set(CPACK_STRIP_FILES ON)
set(CPACK_MONOLITHIC_INSTALL ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ
    GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
string(TOLOWER ${CMAKE_SYSTEM_NAME} system)
set(CPACK_SYSTEM_NAME ${system}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_SOURCE_DIR}/archive.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION graphics)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
# Libraries are found by dpkg-shlibdeps; these are what programs load or read at run time. The
# window's platform plugin and the SVG plugins come with libqt6gui6 and libqt6svg6.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
list(JOIN PORTRAIT_LOADED_PACKAGES ", " depends)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "${depends}")
string(JOIN ", " CPACK_DEBIAN_PACKAGE_RECOMMENDS
       hicolor-icon-theme qt6-translations-l10n qt6-wayland shared-mime-info)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Drop one photo on the window and watch a 3D head form in it. Turn it while it
forms, compare it with the photo, and leave with a mesh (GLB, PLY), a turntable
and a contact sheet.

It works on an ordinary computer, without a graphics card and without a
network: a feed-forward network makes a first head within seconds, an
optimisation fits it to the photo, and a diffusion model paints the sides that
the photo does not show. The networks and a sample photo are in this package.

The command portrait does the same without a display, for scripts and batches.")

include(CPack)
