// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

#include <memory>

class QCheckBox;
class QLabel;
class QLineEdit;

namespace portrait {

struct PhotoInfo;

// The photo's field of view, where it comes from, and a lock that keeps it. It shows what the head
// was made with: what the artist tells comes back here with the next head.
class LensEditor : public QWidget {
  Q_OBJECT

 public:
  explicit LensEditor(QWidget* parent = nullptr);
  void show_photo(const std::shared_ptr<const PhotoInfo>& photo);

  QLineEdit* field() { return field_; }
  QCheckBox* lock() { return lock_; }
  QLabel* source() { return source_; }

 Q_SIGNALS:
  void told(double degrees);  // of the whole photo; 0: as the photo has it

 private:
  void show_field_of_view();
  void take_field_of_view();

  std::shared_ptr<const PhotoInfo> photo_;
  QLineEdit* field_;
  QCheckBox* lock_;
  QLabel* source_;
};

}  // namespace portrait
