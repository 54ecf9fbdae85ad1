// SPDX-License-Identifier: Apache-2.0
#include "core/exporting/staged_files.h"

#include "core/base/error.h"
#include "core/exporting/staged_file.h"

#include <atomic>
#include <utility>

#include <unistd.h>

namespace portrait {
namespace fs = std::filesystem;
namespace {

class StagedFolder {
 public:
  explicit StagedFolder(const fs::path& main_file) : target_folder_(main_file.parent_path()) {
    // Numbered, so that two threads that write the same file do not share it.
    static std::atomic<unsigned> number{0};
    folder_ = target_folder_ / fmt::format(".{}.{}-{}", main_file.filename().string(), ::getpid(),
                                           number.fetch_add(1));
    std::error_code problem;
    fs::remove_all(folder_, problem);  // of a process of this number that was killed
    if (!fs::create_directory(folder_, problem)) fail_writing(main_file, problem.message());
  }

  ~StagedFolder() {
    bool restored = true;
    for (auto name = placed_.rbegin(); name != placed_.rend(); ++name) restored &= undo(*name);
    std::error_code ignored;
    // Otherwise the folder holds the only copy of what existed.
    if (restored) fs::remove_all(folder_, ignored);
  }

  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  fs::path add(const NamedBytes& file) {
    write_staged(folder_ / file.name, target_folder_ / file.name, file.bytes);
    names_.push_back(file.name);
    return folder_ / file.name;
  }

  void commit() {
    for (const std::string& name : names_) place(name);
    placed_.clear();
  }

 private:
  fs::path aside(const std::string& name) const { return folder_ / (name + ".before"); }

  void place(const std::string& name) {
    const fs::path target = target_folder_ / name;
    std::error_code problem;
    // A folder could be moved aside too, and would then be removed with all that is in it.
    if (fs::is_directory(fs::symlink_status(target, problem))) {
      fail_writing(target, std::make_error_code(std::errc::is_a_directory).message());
    }
    fs::rename(target, aside(name), problem);
    if (problem && problem != std::errc::no_such_file_or_directory) {
      fail_writing(target, problem.message());
    }
    placed_.push_back(name);
    fs::rename(folder_ / name, target, problem);
    if (problem) fail_writing(target, problem.message());
  }

  bool undo(const std::string& name) const {
    std::error_code problem;
    fs::remove(target_folder_ / name, problem);
    fs::rename(aside(name), target_folder_ / name, problem);
    return !problem || problem == std::errc::no_such_file_or_directory;
  }

  fs::path target_folder_;
  fs::path folder_;
  std::vector<std::string> names_;
  std::vector<std::string> placed_;  // those to be undone
};

}  // namespace

void write_verified_together(const fs::path& main_file, const std::string& main_bytes,
                             const std::vector<NamedBytes>& companions,
                             const std::function<void(const fs::path&)>& verify) {
  for (const NamedBytes& file : companions) {
    check(file.name != main_file.filename(), ErrorCode::kBadUsage,
          "\"{}\" is also the name of a file that goes with it; choose another one",
          main_file.string());
  }
  StagedFolder staged(main_file);
  for (const NamedBytes& file : companions) staged.add(file);
  verify(staged.add({main_file.filename().string(), main_bytes}));
  staged.commit();
}

}  // namespace portrait
