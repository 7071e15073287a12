using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Notifications;

public sealed record UnblockAddressCommand(string Recipient)
{
    public static UnblockAddressCommand Read(Fields fields) => new(fields.RequiredText("recipient", 3, 254));
}
