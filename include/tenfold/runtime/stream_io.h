// SPDX-License-Identifier: Apache-2.0
// How a plan is read from and written to something other than host memory.
#ifndef TENFOLD_RUNTIME_STREAM_IO_H_
#define TENFOLD_RUNTIME_STREAM_IO_H_

#include "../abi/forward.h"

namespace nvinfer1 {

namespace v_1_0 {

//! Source of a plan that is read from front to back. Superseded by IStreamReaderV2.
class IStreamReader : public IVersionedInterface {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IStreamReader", 1, 0}; }

  //! Copies up to nbBytes bytes to host memory at `destination`; returns how many, less at the end, negative
  //! on error.
  virtual int64_t read(void* destination, int64_t nbBytes) = 0;

  ~IStreamReader() override = default;
  IStreamReader() = default;

 protected:
  IStreamReader(const IStreamReader&) = default;
  IStreamReader(IStreamReader&&) = default;
  IStreamReader& operator=(const IStreamReader&) & = default;
  IStreamReader& operator=(IStreamReader&&) & = default;
};

//! Destination of a plan that is written from front to back.
class IStreamWriter : public IVersionedInterface {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept final { return InterfaceInfo{"IStreamWriter", 1, 0}; }

  //! Takes nbBytes bytes from host memory at `data`; returns how many were written, fewer or negative on
  //! error.
  virtual int64_t write(const void* data, int64_t nbBytes) = 0;

  ~IStreamWriter() override = default;
  IStreamWriter() = default;

 protected:
  IStreamWriter(const IStreamWriter&) = default;
  IStreamWriter(IStreamWriter&&) = default;
  IStreamWriter& operator=(const IStreamWriter&) & = default;
  IStreamWriter& operator=(IStreamWriter&&) & = default;
};

}  // namespace v_1_0

//! What an offset is counted from.
enum class SeekPosition : int32_t {
  kSET = 0,  //!< the start
  kCUR = 1,  //!< the current position
  kEND = 2,  //!< the end
};

namespace v_1_0 {

//! Source of a plan with random access, which may deliver directly to device memory.
class IStreamReaderV2 : public IVersionedInterface {
 public:
  //! Name and version of this interface.
  InterfaceInfo getInterfaceInfo() const noexcept override { return InterfaceInfo{"IStreamReaderV2", 1, 0}; }

  //! Copies up to nbBytes bytes to host or device memory at `destination`, in order with `stream`. Returns
  //! how many; less than asked for is an error.
  virtual int64_t read(void* destination, int64_t nbBytes, cudaStream_t stream) noexcept = 0;

  //! Moves the position of the next read; false on error.
  virtual bool seek(int64_t offset, SeekPosition where) noexcept = 0;

  ~IStreamReaderV2() override = default;
  IStreamReaderV2() = default;

 protected:
  IStreamReaderV2(const IStreamReaderV2&) = default;
  IStreamReaderV2(IStreamReaderV2&&) = default;
  IStreamReaderV2& operator=(const IStreamReaderV2&) & = default;
  IStreamReaderV2& operator=(IStreamReaderV2&&) & = default;
};

}  // namespace v_1_0
}  // namespace nvinfer1

#endif  // TENFOLD_RUNTIME_STREAM_IO_H_
