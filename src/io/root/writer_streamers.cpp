#include "io/root/writer_streamers.hpp"

#include <algorithm>
#include <array>

namespace trigloop::io::root {
namespace {

/// A class as ROOT 6.40 has it: version, checksum and members. "+Base" is a base class, "name:type" a member,
/// "name:Int_t#" one that counts an array, "name:type*[count]" an array of `count` numbers, "name:type->" a pointer
/// that is never null.
struct Class {
  const char* name;
  std::int32_t version;
  std::uint32_t checksum;
  std::string_view members;
  unsigned where = in_trees;

  static constexpr unsigned in_trees = 1, in_histograms = 2, in_both = 3;
};

constexpr std::array classes{
    Class{"TTree", 20, 0x7264e07f,
          "+TNamed +TAttLine +TAttFill +TAttMarker fEntries:Long64_t fTotBytes:Long64_t fZipBytes:Long64_t "
          "fSavedBytes:Long64_t fFlushedBytes:Long64_t fWeight:Double_t fTimerInterval:Int_t fScanField:Int_t "
          "fUpdate:Int_t fDefaultEntryOffsetLen:Int_t fNClusterRange:Int_t# fMaxEntries:Long64_t "
          "fMaxEntryLoop:Long64_t fMaxVirtualSize:Long64_t fAutoSave:Long64_t fAutoFlush:Long64_t fEstimate:Long64_t "
          "fClusterRangeEnd:Long64_t*[fNClusterRange] fClusterSize:Long64_t*[fNClusterRange] "
          "fIOFeatures:ROOT::TIOFeatures fBranches:TObjArray fLeaves:TObjArray fAliases:TList* fIndexValues:TArrayD "
          "fIndex:TArrayI fTreeIndex:TVirtualIndex* fFriends:TList* fUserInfo:TList* fBranchRef:TBranchRef*"},
    Class{"TNamed", 1, 0xdfb74a3c, "+TObject fName:TString fTitle:TString", Class::in_both},
    Class{"TObject", 1, 0x901bc02d, "fUniqueID:UInt_t fBits:UInt_t", Class::in_both},
    Class{"TAttLine", 2, 0x94074549, "fLineColor:Short_t fLineStyle:Short_t fLineWidth:Short_t", Class::in_both},
    Class{"TAttFill", 2, 0xffd92a92, "fFillColor:Short_t fFillStyle:Short_t", Class::in_both},
    Class{"TAttMarker", 3, 0x291d8bec, "fMarkerColor:Short_t fMarkerStyle:Short_t fMarkerSize:Float_t", Class::in_both},
    Class{"ROOT::TIOFeatures", 1, 0x1aa12f10, "fIOBits:UChar_t"},
    Class{"TBranch", 13, 0x10978aac,
          "+TNamed +TAttFill fCompress:Int_t fBasketSize:Int_t fEntryOffsetLen:Int_t fWriteBasket:Int_t "
          "fEntryNumber:Long64_t fIOFeatures:ROOT::TIOFeatures fOffset:Int_t fMaxBaskets:Int_t# fSplitLevel:Int_t "
          "fEntries:Long64_t fFirstEntry:Long64_t fTotBytes:Long64_t fZipBytes:Long64_t fBranches:TObjArray "
          "fLeaves:TObjArray fBaskets:TObjArray fBasketBytes:Int_t*[fMaxBaskets] fBasketEntry:Long64_t*[fMaxBaskets] "
          "fBasketSeek:Long64_t*[fMaxBaskets] fFileName:TString"},
    Class{"TLeaf", 2, 0x6d1e8152,
          "+TNamed fLen:Int_t fLenType:Int_t fOffset:Int_t fIsRange:Bool_t fIsUnsigned:Bool_t fLeafCount:TLeaf*"},
    Class{"TLeafO", 1, 0x02ae48d3, "+TLeaf fMinimum:Bool_t fMaximum:Bool_t"},
    Class{"TLeafB", 1, 0x0f1e4b5e, "+TLeaf fMinimum:Char_t fMaximum:Char_t"},
    Class{"TLeafS", 1, 0x150ceecf, "+TLeaf fMinimum:Short_t fMaximum:Short_t"},
    Class{"TLeafI", 1, 0x7e6aae19, "+TLeaf fMinimum:Int_t fMaximum:Int_t"},
    Class{"TLeafL", 1, 0xde320862, "+TLeaf fMinimum:Long64_t fMaximum:Long64_t"},
    Class{"TLeafF", 1, 0x3add9d72, "+TLeaf fMinimum:Float_t fMaximum:Float_t"},
    Class{"TLeafD", 1, 0x118e8776, "+TLeaf fMinimum:Double_t fMaximum:Double_t"},
    Class{"TList", 5, 0x69c5c3bb, "+TSeqCollection", Class::in_both},
    Class{"TSeqCollection", 0, 0xfc6c3bc6, "+TCollection", Class::in_both},
    Class{"TCollection", 3, 0x57e3cb9c, "+TObject fName:TString fSize:Int_t", Class::in_both},
    Class{"TString", 2, 0x00017419, "", Class::in_both},
    Class{"TBranchRef", 1, 0x2360b3fd, "+TBranch fRefTable:TRefTable*"},
    Class{"TRefTable", 3, 0x8c895b85,
          "+TObject fSize:Int_t fParents:TObjArray* fOwner:TObject* fProcessGUIDs:vector<string>"},
    Class{"TObjArray", 3, 0xa99e6552, "+TSeqCollection fLowerBound:Int_t fLast:Int_t"},
    Class{"TH1D", 3, 0xf9b1569f, "+TH1 +TArrayD", Class::in_histograms},
    Class{"TH1", 8, 0x1c3740c4,
          "+TNamed +TAttLine +TAttFill +TAttMarker fNcells:Int_t fXaxis:TAxis fYaxis:TAxis fZaxis:TAxis "
          "fBarOffset:Short_t fBarWidth:Short_t fEntries:Double_t fTsumw:Double_t fTsumw2:Double_t fTsumwx:Double_t "
          "fTsumwx2:Double_t fMaximum:Double_t fMinimum:Double_t fNormFactor:Double_t fContour:TArrayD fSumw2:TArrayD "
          "fOption:TString fFunctions:TList*-> fBufferSize:Int_t# fBuffer:Double_t*[fBufferSize] "
          "fBinStatErrOpt:TH1::EBinErrorOpt fStatOverflows:TH1::EStatOverflows",
          Class::in_histograms},
    Class{"TAxis", 10, 0x5a496e70,
          "+TNamed +TAttAxis fNbins:Int_t fXmin:Double_t fXmax:Double_t fXbins:TArrayD fFirst:Int_t fLast:Int_t "
          "fBits2:UShort_t fTimeDisplay:Bool_t fTimeFormat:TString fLabels:THashList* fModLabs:TList*",
          Class::in_histograms},
    Class{"TAttAxis", 4, 0x5c6fff3e,
          "fNdivisions:Int_t fAxisColor:Short_t fLabelColor:Short_t fLabelFont:Short_t fLabelOffset:Float_t "
          "fLabelSize:Float_t fTickLength:Float_t fTitleOffset:Float_t fTitleSize:Float_t fTitleColor:Short_t "
          "fTitleFont:Short_t",
          Class::in_histograms},
    Class{"THashList", 0, 0xcc7e49c1, "+TList", Class::in_histograms},
};

/// Base classes whose streamers are compiled into every ROOT: no file describes them.
constexpr Class array_of_doubles{"TArrayD", 1, 0x7139ef34, ""};

/// ROOT's number of a type (TVirtualStreamerInfo::EReadWrite) and its size in memory.
struct TypeCode {
  std::string_view name;
  std::int32_t code, size;
};

constexpr std::array numbers{
    TypeCode{"Char_t", 1, 1},    TypeCode{"Short_t", 2, 2},           TypeCode{"Int_t", 3, 4},
    TypeCode{"Float_t", 5, 4},   TypeCode{"Double_t", 8, 8},          TypeCode{"UChar_t", 11, 1},
    TypeCode{"UInt_t", 13, 4},   TypeCode{"Long64_t", 16, 8},         TypeCode{"Bool_t", 18, 1},
    TypeCode{"UShort_t", 12, 2}, TypeCode{"TH1::EBinErrorOpt", 3, 4}, TypeCode{"TH1::EStatOverflows", 3, 4},
};
constexpr std::int32_t counter_code = 6, bits_code = 15, array_code = 40, pointer_code = 64, object_code = 61,
                       any_code = 62, direct_code = 63, string_code = 65, tobject_code = 66, tnamed_code = 67,
                       stl_code = 500;

const TypeCode* find_number(std::string_view type) {
  const auto found = std::ranges::find(numbers, type, &TypeCode::name);
  return found == numbers.end() ? nullptr : &*found;
}

const Class& find_class(std::string_view name) {
  if (name == array_of_doubles.name) return array_of_doubles;
  return *std::ranges::find_if(classes, [&](const Class& c) { return c.name == name; });
}

/// TStreamerElement, the base of all kinds of members.
struct Element {
  std::string_view name, title, type;
  std::int32_t code = 0, size = 0;
  std::uint32_t base_checksum = 0;
};

void put_element(ObjectWriter& out, const Element& e) {
  out.object(4, [&] {
    out.tnamed(e.name, e.title);
    out.put_all(e.code, e.size, std::int32_t{0}, std::int32_t{0});                    // no array
    out.put_all(std::int32_t{0}, e.base_checksum, std::int32_t{0}, std::int64_t{0});  // fMaxIndex[5]
    out.text(e.type);
  });
}

/// A member of a class of TStreamer...: the element and then what `more` adds.
template <class F>
void put_member(ObjectWriter& out, const char* kind, std::uint16_t version, const Element& e, F&& more) {
  out.pointer(kind, [&] {
    out.object(version, [&] {
      put_element(out, e);
      more();
    });
  });
}

void put_base(ObjectWriter& out, std::string_view name) {
  const Class& base = find_class(name);
  const std::int32_t code = name == "TObject" ? tobject_code : name == "TNamed" ? tnamed_code : 0;
  put_member(out, "TStreamerBase", 3, {name, "", "BASE", code, 0, base.checksum}, [&] { out.put(base.version); });
}

void put_array(ObjectWriter& out, const Class& owner, std::string_view name, std::string_view type) {
  const std::size_t bracket = type.find('[');
  const std::string_view pointer = type.substr(0, bracket), bounds = type.substr(bracket);
  const TypeCode* number = find_number(pointer.substr(0, pointer.size() - 1));
  put_member(out, "TStreamerBasicPointer", 2, {name, bounds, pointer, array_code + number->code, number->size}, [&] {
    out.put(owner.version);
    out.text(bounds.substr(1, bounds.size() - 2));
    out.text(owner.name);
  });
}

void put_plain(ObjectWriter& out, std::string_view name, std::string_view type) {
  const auto nothing = [] {};
  if (type.ends_with('#')) {
    put_member(out, "TStreamerBasicType", 2, {name, "", type.substr(0, type.size() - 1), counter_code, 4}, nothing);
  } else if (const TypeCode* number = find_number(type)) {
    const std::int32_t code = name == "fBits" ? bits_code : number->code;
    put_member(out, "TStreamerBasicType", 2, {name, "", type, code, number->size}, nothing);
  } else if (type == "TString") {
    put_member(out, "TStreamerString", 2, {name, "", type, string_code, 24}, nothing);
  } else if (type == "TObjArray" || type == "TAxis") {
    put_member(out, "TStreamerObject", 2, {name, "", type, object_code, type == "TAxis" ? 216 : 64}, nothing);
  } else if (type == "vector<string>") {
    // fSTLtype: vector; fCtype: objects
    put_member(out, "TStreamerSTL", 3, {name, "", type, stl_code, 24},
               [&] { out.put_all(std::int32_t{1}, object_code); });
  } else if (type.ends_with("->")) {
    type.remove_suffix(2);
    put_member(out, "TStreamerObjectPointer", 2, {name, "->", type, direct_code, 8}, nothing);
  } else if (type.ends_with('*')) {
    put_member(out, "TStreamerObjectPointer", 2, {name, "", type, pointer_code, 8}, nothing);
  } else {
    put_member(out, "TStreamerObjectAny", 2, {name, "", type, any_code, type == "ROOT::TIOFeatures" ? 1 : 24}, nothing);
  }
}

void put_members(ObjectWriter& out, const Class& owner) {
  for (std::string_view rest = owner.members; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    const std::size_t colon = word.find(':');
    const std::string_view name = word.substr(0, colon);
    if (word.starts_with('+')) {
      put_base(out, word.substr(1));
    } else if (word.ends_with(']')) {
      put_array(out, owner, name, word.substr(colon + 1));
    } else {
      put_plain(out, name, word.substr(colon + 1));
    }
  }
}

std::size_t count_members(const Class& c) {
  return c.members.empty() ? 0 : static_cast<std::size_t>(std::ranges::count(c.members, ' ')) + 1;
}

void put_class(ObjectWriter& out, const Class& c) {
  constexpr std::uint32_t can_delete_bit = 0x00010000;
  out.pointer("TStreamerInfo", [&] {
    out.object(9, [&] {
      out.tnamed(c.name, "", can_delete_bit);
      out.put_all(c.checksum, c.version);
      out.pointer("TObjArray", [&] { out.object_array(count_members(c), [&] { put_members(out, c); }); });
    });
  });
  out.text("");  // the TList's option of this object
}

}  // namespace

void put_streamer_info(ObjectWriter& out, Content content) {
  const unsigned where = content == Content::trees ? Class::in_trees : Class::in_histograms;
  const auto is_there = [&](const Class& c) { return (c.where & where) != 0; };
  out.object(5, [&] {
    out.tobject();
    out.text("");
    out.put(static_cast<std::int32_t>(std::ranges::count_if(classes, is_there)));
    for (const Class& c : classes) {
      if (is_there(c)) put_class(out, c);
    }
  });
}

}  // namespace trigloop::io::root
