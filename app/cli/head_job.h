// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/cli/lock_arguments.h"
#include "app/cli/photo_list.h"
#include "app/cli/progress.h"
#include "core/base/settings.h"
#include "core/session/export_request.h"
#include "core/session/head_engine.h"

#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace portrait::cli {

struct PackName {
  std::string name;
  std::string version;
  std::string hash;
};

// One photo to one folder of outputs, from the photo to report.json.
class HeadJob {
 public:
  HeadJob(HeadEngine& engine, std::shared_ptr<const Settings> settings, const PackName& pack,
          Progress& progress, std::vector<LockArgument> locks = {})
      : engine_(engine),
        settings_(std::move(settings)),
        pack_(pack),
        progress_(progress),
        locks_(std::move(locks)) {}

  // request.folder is set here. False: stopped; the head as it stands is saved as
  // project.portrait when there is one. When it throws, all that stood in the output folder is as
  // it was; a head that was already made is kept in a project of its own name, and a warning says
  // where.
  bool run(const PhotoToDo& todo, ExportRequest request, std::stop_token stop);

 private:
  bool fit(std::stop_token stop);
  bool write_exports(const ExportRequest& request, std::stop_token stop);

  HeadEngine& engine_;
  std::shared_ptr<const Settings> settings_;
  PackName pack_;
  Progress& progress_;
  std::vector<LockArgument> locks_;
};

}  // namespace portrait::cli
