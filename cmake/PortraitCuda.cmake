# SPDX-License-Identifier: Apache-2.0
# CUDA sources are compiled by nvcc itself, with one set of flags everywhere: into their library
# where LibTorch has CUDA, and elsewhere, where nvcc is at hand, into objects that nothing links, so
# that they are held to compile on machines without a device. Without nvcc nothing changes.
find_program(PORTRAIT_NVCC nvcc PATHS /usr/local/cuda/bin DOC "CUDA's compiler")
mark_as_advanced(PORTRAIT_NVCC)

set(PORTRAIT_HAVE_CUDA OFF)
if(PORTRAIT_CUDA AND NOT TARGET torch_cuda)
  message(STATUS "PORTRAIT_CUDA: this LibTorch has no CUDA; the CUDA kernels are left out")
elseif(PORTRAIT_CUDA AND NOT PORTRAIT_NVCC)
  message(STATUS "PORTRAIT_CUDA: there is no nvcc; the CUDA kernels are left out")
elseif(PORTRAIT_CUDA)
  set(PORTRAIT_HAVE_CUDA ON)
  find_package(CUDAToolkit REQUIRED)
endif()

# 90: H100 and H200, which heads are trained on.
set(cuda_architectures native)
if(PORTRAIT_TRAIN_ONLY)
  set(cuda_architectures 90)
endif()
set(PORTRAIT_CUDA_ARCHITECTURES ${cuda_architectures} CACHE STRING
    "What nvcc's -arch takes behind sm_, or native")

set(cuda_check OFF)
if(PORTRAIT_NVCC AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(cuda_check ON)
endif()
option(PORTRAIT_CUDA_CHECK "Compile the CUDA sources that nothing links" ${cuda_check})

# Objects of .cu files for -arch=ARCHITECTURE; their paths go to the variable `objects`.
function(portrait_cuda_objects objects architecture)
  set(all)
  foreach(source IN LISTS ARGN)
    get_filename_component(source ${source} ABSOLUTE)
    get_filename_component(name ${source} NAME)
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.o)
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${PORTRAIT_NVCC} -std=c++20 -O2
              --expt-relaxed-constexpr -arch=${architecture} -Werror all-warnings
              -Xcompiler -fPIC -I ${PROJECT_SOURCE_DIR} -MD -MF ${object}.d -c ${source}
              -o ${object}
      DEPENDS ${source}
      DEPFILE ${object}.d
      COMMENT "Building CUDA object ${name}.o"
      VERBATIM)
    list(APPEND all ${object})
  endforeach()
  set(${objects} ${all} PARENT_SCOPE)
endfunction()

# Compiles .cu files as a part of `all` and keeps nothing of them.
function(portrait_check_cuda name)
  if(PORTRAIT_NVCC AND PORTRAIT_CUDA_CHECK)
    portrait_cuda_objects(objects sm_80 ${ARGN})
    add_custom_target(portrait_${name}_cuda_check ALL DEPENDS ${objects})
  endif()
endfunction()

# Adds .cu files to the library portrait_NAME, which gets the definition PORTRAIT_HAVE_CUDA;
# without CUDA, checks that they compile.
function(portrait_cuda_sources name)
  if(NOT PORTRAIT_HAVE_CUDA)
    portrait_check_cuda(${name} ${ARGN})
    return()
  endif()
  set(architecture sm_${PORTRAIT_CUDA_ARCHITECTURES})
  if(PORTRAIT_CUDA_ARCHITECTURES STREQUAL "native")
    set(architecture native)
  endif()
  portrait_cuda_objects(objects ${architecture} ${ARGN})
  target_sources(portrait_${name} PRIVATE ${objects})
  target_compile_definitions(portrait_${name} PUBLIC PORTRAIT_HAVE_CUDA)
  # The runtime in our own copy: LibTorch may bring another version of the shared one.
  target_link_libraries(portrait_${name} PUBLIC CUDA::cudart_static)
endfunction()
