#include "cnnbench/measure/disk.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "support/temporary_folder.hpp"

namespace cnnbench {
namespace {

std::string device_of(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return std::to_string(major(info.st_dev)) + ":" + std::to_string(minor(info.st_dev));
}

TEST(DiskRecord, NamesTheFileSystemAndTheKindOfDisk) {
  const test::TemporaryFolder tree;
  const std::string device = device_of(tree.path());
  tree.put("proc/self/mountinfo",
           "1 1 999:9 / / rw - proc proc rw\n2 1 " + device + " / /a rw,noatime shared:1 master:2 - xfs /dev/sda1 rw\n");
  EXPECT_EQ(disk_record(tree.path(), tree.path()).at("file_system"), "xfs");
  EXPECT_TRUE(disk_record(tree.path(), tree.path()).at("disk").is_null());
  tree.put("sys/dev/block/" + device + "/queue/rotational", "1\n");
  EXPECT_EQ(disk_record(tree.path() / "not/there/yet", tree.path()).at("disk"), "turning");
  tree.put("sys/dev/block/" + device + "/queue/rotational", "0\n");
  EXPECT_EQ(disk_record(tree.path(), tree.path()).at("disk"), "solid state");
  EXPECT_GT(disk_record(tree.path(), tree.path()).at("free_bytes"), 0);
}

TEST(DiskRecord, APartitionsDiskIsAskedAndAVirtualDiskIsNotBelieved) {
  for (const auto& [disk, expected] : {std::pair{"nvme0n1", "solid state"}, std::pair{"vda", "virtual"}}) {
    const test::TemporaryFolder tree;
    const std::string block = std::string("sys/devices/") + disk;
    tree.put(block + "/queue/rotational", "0\n");
    tree.put(block + "/" + disk + "p1/size", "1\n");
    tree.put("sys/dev/block/none", "");
    std::filesystem::create_directory_symlink(tree.path() / block / (std::string(disk) + "p1"),
                                              tree.path() / "sys/dev/block" / device_of(tree.path()));
    EXPECT_EQ(disk_record(tree.path(), tree.path()).at("disk"), expected);
  }
}

TEST(DiskRecord, BrokenMountsAreUnknown) {
  const test::TemporaryFolder tree;
  const std::string device = device_of(tree.path());
  for (const std::string& text :
       {std::string(), "1 1 " + device, "1 1 " + device + " / / rw -", "1 1 " + device + " - - - -\n", std::string(999, ' ')}) {
    tree.put("proc/self/mountinfo", text);
    EXPECT_TRUE(disk_record(tree.path(), tree.path()).at("file_system").is_null()) << text;
  }
}

}  // namespace
}  // namespace cnnbench
