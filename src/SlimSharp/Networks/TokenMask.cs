namespace SlimSharp.Networks;

/// <summary>
/// How a layer that brings tokens together is made to leave some of them out, in the masked network that a cut one is
/// held against: through a value that it reads.
/// </summary>
/// <param name="Port">
/// The input in which something else stands for the tokens that go. One behind those that a node has is put in: a
/// sequence of one channel, zero for the tokens that stay, as a mask that attention adds to its logits.
/// </param>
/// <param name="Value">What stands for them.</param>
public sealed record TokenMask(int Port, TokenMaskValue Value);
