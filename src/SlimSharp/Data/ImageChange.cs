namespace SlimSharp.Data;

/// <summary>Makes one image of another, both plane by plane.</summary>
/// <param name="source">The bytes of the one.</param>
/// <param name="target">Where those of the other go.</param>
internal delegate void ImageChange(ReadOnlySpan<byte> source, Span<byte> target);
