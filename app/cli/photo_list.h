// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

namespace portrait::cli {

struct PhotoToDo {
  std::filesystem::path photo;
  std::filesystem::path out;  // its own output folder
};

// Photos and folders of photos (their pictures by content, in the order of their names, not
// deeper) -> what to make where. One photo: straight into `out`; a folder or several: a folder
// each under it, named after the photo. All of a batch are read once, so that nothing is begun
// when one of them is bad. Throws what read_image throws; kBadInput: names all bad ones, or a
// folder without a photo.
std::vector<PhotoToDo> photos_to_do(const std::vector<std::filesystem::path>& arguments,
                                    const std::filesystem::path& out);

}  // namespace portrait::cli
