// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session/export_request.h"

#include <QWidget>

#include <vector>

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QVBoxLayout;

namespace portrait {

class ElidedLabel;
struct Snapshot;

// What to take away, where to, and what came of it.
class ExportPanel : public QWidget {
  Q_OBJECT

 public:
  explicit ExportPanel(QWidget* parent = nullptr);
  void show_snapshot(const Snapshot& snapshot);
  void set_folder(const QString& folder);
  QString folder() const;
  ExportRequest request() const;
  QPushButton* export_button() { return export_; }

 Q_SIGNALS:
  void export_requested();
  void cancel_requested();

 private:
  void choose_folder();
  void show_files(const Snapshot& snapshot);
  void add_choices(QGridLayout* grid);
  QWidget* make_preset_row();
  bool anything_chosen() const;

  // What is asked for, each by a box.
  struct Choice {
    bool ExportRequest::*wanted;
    QCheckBox* box;
  };
  std::vector<Choice> choices_;
  QComboBox* preset_;
  QLineEdit* folder_;
  QPushButton* export_;
  QPushButton* cancel_;
  QProgressBar* bar_;
  ElidedLabel* status_;
  QLabel* mesh_;  // what was found in it
  QVBoxLayout* files_;
  std::size_t shown_files_ = 0;
  std::uint64_t shown_id_ = 0;
  bool can_export_ = false;
};

}  // namespace portrait
