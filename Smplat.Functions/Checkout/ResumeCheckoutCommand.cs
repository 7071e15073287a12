using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Checkout;

/// <param name="Token">From the link of a recovery prompt.</param>
public sealed record ResumeCheckoutCommand(string Token)
{
    public static ResumeCheckoutCommand Read(Fields fields) => new(fields.RequiredText("token", 1, 2048));
}
