"""What data may be used for: the purposes of the Data Privacy Vocabulary, and which is within which.

It refuses to know a purpose that DPV does not define, and to fetch or guess one.

The table holds each purpose of ``dpv/modules/purposes.ttl`` of DPV 2.3 (25 February 2026, https://w3id.org/dpv/2.3)
with its label and what is broader. DPV is used under the W3C Software and Document License, at the end of this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from lifepod.names import DPV
from lifepod.plain import plain

VERSION = "2.3"
"""Version of DPV the table was made from."""

_TABLE = """
AcademicResearch|Academic Research|ResearchAndDevelopment
AccountManagement|Account Management|Purpose
Advertising|Advertising|Marketing
AgeVerification|Age Verification|Verification
CombatClimateChange|Combat Climate Change|PublicBenefit
CommercialPurpose|Commercial Purpose|Purpose
CommercialResearch|Commercial Research|CommercialPurpose ResearchAndDevelopment
CommunicationForCustomerCare|Communication for Customer Care|CommunicationManagement CustomerCare
CommunicationManagement|Communication Management|Purpose
CounterMoneyLaundering|Counter Money Laundering|FraudPreventionAndDetection
Counterterrorism|Counterterrorism|PublicBenefit
CustomerCare|Customer Care|CustomerManagement
CustomerClaimsManagement|Customer Claims Management|CustomerManagement
CustomerManagement|Customer Management|Purpose
CustomerOrderManagement|Customer Order Management|CustomerManagement
CustomerRelationshipManagement|Customer Relationship Management|CustomerManagement
CustomerSolvencyMonitoring|Customer Solvency Monitoring|CustomerManagement
DataAltruism|Data Altruism|PublicBenefit
DeliveryOfGoods|Delivery of Goods|RequestedServiceProvision
DirectMarketing|Direct Marketing|Marketing
DisputeManagement|Dispute Management|OrganisationGovernance
EnforceAccessControl|Enforce Access Control|EnforceSecurity
EnforceSecurity|Enforce Security|Purpose
EstablishContractualAgreement|Establish Contractual Agreement|Purpose
FraudPreventionAndDetection|Fraud Prevention and Detection|MisusePreventionAndDetection
FulfilmentOfContractualObligation|Fulfilment of Contractual Obligation|FulfilmentOfObligation
FulfilmentOfObligation|Fulfilment of Obligation|Purpose
HumanResourceManagement|Human Resource Management|Purpose
IdentityAuthentication|Identity Authentication|EnforceSecurity
IdentityVerification|Identity Verification|Verification
ImproveExistingProductsAndServices|Improve Existing Products and Services|OptimisationForController
ImproveHealthcare|Improve Healthcare|PublicBenefit
ImproveInternalCRMProcesses|Improve Internal CRM Processes|CustomerRelationshipManagement OptimisationForController
ImprovePublicServices|Improve Public Services|PublicBenefit
ImproveTransportMobility|Improve Transport and Mobility|PublicBenefit
IncreaseServiceRobustness|Increase Service Robustness|OptimisationForController
InternalResourceOptimisation|Internal Resource Optimisation|OptimisationForController
LegalCompliance|Legal Compliance|FulfilmentOfObligation
MaintainFraudDatabase|Maintain Fraud Database|FraudPreventionAndDetection
Marketing|Marketing|Purpose
MemberPartnerManagement|Members and Partners Management|OrganisationGovernance
MisusePreventionAndDetection|Misuse, Prevention and Detection|EnforceSecurity
NonCommercialPurpose|Non-commercial Purpose|Purpose
NonCommercialResearch|Non-Commercial Research|NonCommercialPurpose ResearchAndDevelopment
OptimisationForConsumer|Optimisation for Consumer|ServiceOptimisation
OptimisationForController|Optimisation for Controller|ServiceOptimisation
OptimiseUserInterface|Optimise User Interface|OptimisationForConsumer
OrganisationComplianceManagement|Organisation Compliance Management|OrganisationGovernance
OrganisationGovernance|Organisation Governance|Purpose
OrganisationRiskManagement|Organisation Risk Management|OrganisationGovernance
PaymentManagement|Payment Management|ServiceManagement
Personalisation|Personalisation|Purpose
PersonalisedAdvertising|Personalised Advertising|Advertising Personalisation
PersonalisedBenefits|Personalised Benefits|ServicePersonalisation
PersonnelBehaviourMonitoring|Personnel Behaviour Monitoring|PersonnelMonitoring
PersonnelHiring|Personnel Hiring|PersonnelManagement
PersonnelManagement|Personnel Management|HumanResourceManagement
PersonnelMonitoring|Personnel Monitoring|PersonnelManagement
PersonnelOffboarding|Personnel Offboarding|PersonnelManagement
PersonnelOnboarding|Personnel Onboarding|PersonnelHiring
PersonnelPayment|Personnel Payment|PersonnelManagement
PersonnelPerformanceEvaluation|Personnel Performance Evaluation|PersonnelPerformanceManagement
PersonnelPerformanceManagement|Personnel Performance Management|PersonnelManagement PersonnelMonitoring
PersonnelPerformanceMonitoring|Personnel Performance Monitoring|PersonnelMonitoring PersonnelPerformanceManagement
PersonnelPerformancePrediction|Personnel Performance Prediction|PersonnelPerformanceManagement
PersonnelPromotionManagement|Personnel Promotion Management|PersonnelManagement
PersonnelTerminationManagement|Personnel Termination Management|PersonnelManagement
PersonnelWorkloadManagement|Personnel Workload Management|PersonnelManagement
PoliticalCampaign|Political Campaign|Advertising Personalisation
ProtectionOfIPR|Protection of Intellectual Property Rights|FulfilmentOfObligation
ProtectionOfNationalSecurity|Protection of National Security|PublicBenefit
ProtectionOfPublicSecurity|Protection of Public Security|PublicBenefit
ProvideEventRecommendations|Provide Event Recommendations|ProvidePersonalisedRecommendations
ProvideOfficialStatistics|Provide Official Statistics|PublicBenefit
ProvidePersonalisedRecommendations|Provide Personalised Recommendations|ServicePersonalisation
ProvideProductRecommendations|Provide Product Recommendations|ProvidePersonalisedRecommendations
PublicBenefit|Public Benefit|Purpose
PublicPolicyMaking|Public Policy Making|PublicBenefit
PublicRelations|Public Relations|Marketing
Purpose|Purpose|
RecordManagement|Record Management|Purpose
RecruitmentAdvertising|Recruitment Advertising|Advertising PersonnelHiring
RecruitmentApplicantBackgroundCheck|Recruitment Applicant Background Check|RecruitmentManagement
RecruitmentApplicantCriminalBackgroundCheck|Recruitment Applicant Criminal Background Check|RecruitmentManagement
RecruitmentApplicantInformationAuthentication|Recruitment Applicant Information Authentication|RecruitmentManagement
RecruitmentApplicantSelection|Recruitment Applicant Selection|RecruitmentManagement
RecruitmentApplicationAnalysis|Recruitment Application Analysis|RecruitmentApplicationManagement
RecruitmentApplicationManagement|Recruitment Application Management|RecruitmentManagement
RecruitmentApplicationScreening|Recruitment Application Screening|RecruitmentApplicationManagement
RecruitmentInterviewAnalysis|Recruitment Interview Analysis|RecruitmentInterviewManagement
RecruitmentInterviewAssessment|Recruitment Interview Assessment|RecruitmentInterviewManagement
RecruitmentInterviewManagement|Recruitment Interview Management|RecruitmentManagement
RecruitmentInterviewScheduling|Recruitment Interview Scheduling|RecruitmentInterviewManagement
RecruitmentManagement|Recruitment Management|PersonnelHiring
RecruitmentTargetedAdvertising|Targeted Recruitment Advertising|RecruitmentAdvertising TargetedAdvertising
RepairImpairments|Repair Impairments|ServiceManagement
RequestedServiceProvision|Requested Service Provision|ServiceProvision
ResearchAndDevelopment|Research and Development|Purpose
RightsFulfilment|Rights Fulfilment|LegalObligation
ScientificResearch|Scientific Research|ResearchAndDevelopment
SearchFunctionalities|Search Functionalities|ServiceProvision
SellDataToThirdParties|Sell Data to Third Parties|SellProducts
SellInsightsFromData|Sell Insights from Data|SellProducts
SellProducts|Sell Products|ServiceProvision
SellProductsToDataSubject|Sell Products to Data Subject|SellProducts
ServiceAccessDetermination|Service Access Determination|ServiceManagement
ServiceManagement|Service Management|Purpose
ServiceMonitoring|Service Monitoring|ServiceManagement
ServiceOptimisation|Service Optimisation|ServiceManagement
ServicePersonalisation|Service Personalisation|Personalisation ServiceManagement
ServiceProvision|Service Provision|ServiceManagement
ServiceRegistration|Service Registration|ServiceManagement
ServiceUsageAnalytics|Service Usage Analytics|ServiceMonitoring
SocialMediaMarketing|Social Media Marketing|Marketing
TargetedAdvertising|Targeted Advertising|PersonalisedAdvertising
TechnicalServiceProvision|Technical Service Provision|ServiceProvision
UserInterfacePersonalisation|User Interface Personalisation|ServicePersonalisation
VendorManagement|Vendor Management|Purpose
VendorPayment|Vendor Payment|VendorManagement
VendorRecordsManagement|Vendor Records Management|VendorManagement
VendorSelectionAssessment|Vendor Selection Assessment|VendorManagement
Verification|Verification|EnforceSecurity
"""


def _read(line: str) -> tuple[str, tuple[str, tuple[str, ...]]]:
    name, label, broader = line.split("|")
    return DPV + name, (label, tuple(DPV + one for one in broader.split()))


PURPOSES: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(dict(map(_read, _TABLE.split("\n")[1:-1])))
"""IRI → label and the IRIs of what is broader.

One edge leaves the purposes: DPV 2.3 puts ``RightsFulfilment`` below the legal basis ``LegalObligation``.
"""


def known(iri: str) -> bool:
    """Whether DPV defines it as a purpose."""
    return iri in PURPOSES


def is_within(purpose: str, wider: str) -> bool:
    """Whether the first is the second or lies below it (``skos:broader*``); both are IRIs."""
    return purpose == wider or any(is_within(above, wider) for above in PURPOSES.get(purpose, ("", ()))[1])


def label_of(iri: str) -> str:
    """DPV's English label; the IRI itself, made harmless to show, for what is no purpose of DPV."""
    return PURPOSES[iri][0] if iri in PURPOSES else plain(iri, 200)


def find(word: str) -> tuple[str, ...]:
    """IRIs of purposes with the word in their label or name, in either spelling (*-ise*, *-ize*), by name.

    An exact name or label stands before those that only contain it.
    """
    wanted = _folded(word)
    if not wanted:
        return ()
    hits = [
        (wanted not in names, iri)
        for iri, (label, _) in PURPOSES.items()
        for names in [(_folded(iri.removeprefix(DPV)), _folded(label))]
        if any(wanted in name for name in names)
    ]
    return tuple(iri for _, iri in sorted(hits))


def _folded(text: str) -> str:
    return text.strip().casefold().replace("z", "s")


NOTICE = """
This software includes material derived from "Data Privacy Vocabulary (DPV)", version 2.3, https://w3id.org/dpv/2.3.
Copyright (c) 2026 World Wide Web Consortium. https://www.w3.org/copyright/software-license-2023/

This work is being provided by the copyright holders under the following license. By obtaining and/or copying this work,
you (the licensee) agree that you have read, understood, and will comply with the following terms and conditions.

Permission to copy, modify, and distribute this work, with or without modification, for any purpose and without fee or
royalty is hereby granted, provided that you include the following on ALL copies of the work or portions thereof,
including modifications: The full text of this NOTICE in a location viewable to users of the redistributed or derivative
work. Any pre-existing intellectual property disclaimers, notices, or terms and conditions. If none exist, the W3C
software and document short notice should be included. Notice of any changes or modifications, through a copyright
statement on the new code or document such as "This software or document includes material copied from or derived from
[title and URI of the W3C document]. Copyright (c) [$year-of-document] World Wide Web Consortium.
https://www.w3.org/copyright/software-license-2023/"

THIS WORK IS PROVIDED "AS IS," AND COPYRIGHT HOLDERS MAKE NO REPRESENTATIONS OR WARRANTIES, EXPRESS OR IMPLIED,
INCLUDING BUT NOT LIMITED TO, WARRANTIES OF MERCHANTABILITY OR FITNESS FOR ANY PARTICULAR PURPOSE OR THAT THE USE OF THE
SOFTWARE OR DOCUMENT WILL NOT INFRINGE ANY THIRD PARTY PATENTS, COPYRIGHTS, TRADEMARKS OR OTHER RIGHTS. COPYRIGHT
HOLDERS WILL NOT BE LIABLE FOR ANY DIRECT, INDIRECT, SPECIAL OR CONSEQUENTIAL DAMAGES ARISING OUT OF ANY USE OF THE
SOFTWARE OR DOCUMENT. The name and trademarks of copyright holders may NOT be used in advertising or publicity
pertaining to the work without specific, written prior permission. Title to copyright in this work will at all times
remain with copyright holders.
"""
"""What the licence of DPV wants told. What was changed: the table holds names, labels and ``skos:broader`` alone."""
