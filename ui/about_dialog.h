// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDialog>

#include <filesystem>

namespace portrait {

// What this program is, and whose the networks and libraries in it are: licences and provenance
// are read from the model pack that is in use.
class AboutDialog : public QDialog {
  Q_OBJECT

 public:
  AboutDialog(const std::filesystem::path& pack, const QString& renderer,
              QWidget* parent = nullptr);
};

}  // namespace portrait
