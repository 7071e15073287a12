namespace Smplat.Core.Fulfillment;

/// <summary>A template or the call that it describes makes no sense; repeating it cannot help.</summary>
public sealed class TemplateException(string message) : Exception(message);
