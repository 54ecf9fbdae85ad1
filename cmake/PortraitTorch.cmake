# SPDX-License-Identifier: Apache-2.0
# LibTorch: a package with a CMake configuration, or the folder of Python's `torch`, whose
# configuration asks for more of CUDA than a program needs that only links the libraries.
set(PORTRAIT_TORCH_ROOT "" CACHE PATH "Folder of Python's torch, with lib/ and include/; empty: find the package")

if(NOT PORTRAIT_TORCH_ROOT)
  find_package(Torch REQUIRED)
else()
  set(TORCH_INCLUDE_DIRS ${PORTRAIT_TORCH_ROOT}/include
                         ${PORTRAIT_TORCH_ROOT}/include/torch/csrc/api/include)
  # Nothing refers to the CUDA libraries by name: they add themselves to LibTorch when loaded. And
  # LibTorch shows parts of a C++ library of its own (std::filesystem among them): the compiler's is
  # to be found before them.
  set(TORCH_LIBRARIES -Wl,--no-as-needed stdc++)
  foreach(name torch torch_cpu torch_cuda c10 c10_cuda)
    set(file ${PORTRAIT_TORCH_ROOT}/lib/lib${name}.so)
    if(EXISTS ${file})
      add_library(${name} SHARED IMPORTED GLOBAL)
      set_target_properties(${name} PROPERTIES IMPORTED_LOCATION ${file})
      list(APPEND TORCH_LIBRARIES ${name})
    endif()
  endforeach()
  if(NOT TARGET torch_cpu)
    message(FATAL_ERROR "There is no lib/libtorch_cpu.so in ${PORTRAIT_TORCH_ROOT}")
  endif()
  # They find their own libraries beside them when they are loaded; the linker does not.
  list(APPEND TORCH_LIBRARIES -Wl,--as-needed -Wl,--allow-shlib-undefined)
endif()
