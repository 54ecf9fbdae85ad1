// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

#include <memory>

class QCheckBox;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace portrait {

struct PhotoInfo;
struct Snapshot;
class Thumbnail;

// The photo as the method sees it, and what the coach says about it.
class PhotoPanel : public QWidget {
  Q_OBJECT

 public:
  explicit PhotoPanel(QWidget* parent = nullptr);
  void show_snapshot(const Snapshot& snapshot);

 Q_SIGNALS:
  void replace_requested();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void show_photo();
  void show_findings();

  std::shared_ptr<const PhotoInfo> photo_;
  Thumbnail* thumbnail_;
  QCheckBox* matte_;
  QLabel* name_;
  QLabel* hint_;
  QPushButton* replace_;
  QVBoxLayout* findings_;
};

}  // namespace portrait
