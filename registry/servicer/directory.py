"""DirectoryService: signed acts of a registrar in, entries out."""

from __future__ import annotations

import grpc

from registry.commands.intake import Intake
from registry.commands.state import RegistryState
from registry.servicer.gate import current_caller
from registry.servicer.results import result
from registry.store.writer import ANSWER_S
from registry.v1 import directory_service_pb2 as pb
from registry.v1 import directory_service_pb2_grpc, envelope_pb2, intake_service_pb2


class DirectoryServicer(directory_service_pb2_grpc.DirectoryServiceServicer):
    """See directory_service.proto."""

    def __init__(self, state: RegistryState, intake: Intake) -> None:
        self._state = state
        self._intake = intake

    def RegisterDepartment(
        self, request: pb.RegisterDepartmentRequest, context: grpc.ServicerContext
    ) -> pb.RegisterDepartmentResponse:
        """See directory_service.proto."""
        done = self._act(request.envelope, "department_registration")
        return pb.RegisterDepartmentResponse(result=done)

    def RegisterOfficial(
        self, request: pb.RegisterOfficialRequest, context: grpc.ServicerContext
    ) -> pb.RegisterOfficialResponse:
        """See directory_service.proto."""
        return pb.RegisterOfficialResponse(result=self._act(request.envelope, "official_registration"))

    def RevokeOfficial(
        self, request: pb.RevokeOfficialRequest, context: grpc.ServicerContext
    ) -> pb.RevokeOfficialResponse:
        """See directory_service.proto."""
        return pb.RevokeOfficialResponse(result=self._act(request.envelope, "official_revocation"))

    def EnrolKey(self, request: pb.EnrolKeyRequest, context: grpc.ServicerContext) -> pb.EnrolKeyResponse:
        """See directory_service.proto."""
        return pb.EnrolKeyResponse(result=self._act(request.envelope, "key_enrolment"))

    def RevokeKey(self, request: pb.RevokeKeyRequest, context: grpc.ServicerContext) -> pb.RevokeKeyResponse:
        """See directory_service.proto."""
        return pb.RevokeKeyResponse(result=self._act(request.envelope, "key_revocation"))

    def ListDepartments(
        self, request: pb.ListDepartmentsRequest, context: grpc.ServicerContext
    ) -> pb.ListDepartmentsResponse:
        """See directory_service.proto."""
        entries = self._state.directory.departments()
        return pb.ListDepartmentsResponse(
            departments=[
                pb.DepartmentEntry(registration=entry.registration, position=entry.position)
                for entry in entries
            ]
        )

    def ListOfficials(
        self, request: pb.ListOfficialsRequest, context: grpc.ServicerContext
    ) -> pb.ListOfficialsResponse:
        """See directory_service.proto."""
        entries = self._state.directory.officials(request.department)
        return pb.ListOfficialsResponse(
            officials=[
                pb.OfficialEntry(
                    registration=entry.registration,
                    position=entry.position,
                    revoked_position=entry.revoked_position,
                )
                for entry in entries
            ]
        )

    def ListKeys(self, request: pb.ListKeysRequest, context: grpc.ServicerContext) -> pb.ListKeysResponse:
        """See directory_service.proto."""
        entries = self._state.directory.keys(request.department)
        return pb.ListKeysResponse(
            keys=[
                pb.KeyEntry(
                    keyid=entry.keyid,
                    enrolment=entry.enrolment,
                    position=entry.position,
                    revoked_position=entry.revoked_position,
                    revocation_reason=entry.revocation_reason,
                )
                for entry in entries
            ]
        )

    def _act(self, envelope: envelope_pb2.Envelope, kind: str) -> intake_service_pb2.SubmitResult:
        return result(self._intake.submit_of_kind(envelope, kind, current_caller.get()).result(ANSWER_S))
